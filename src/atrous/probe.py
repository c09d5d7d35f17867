"""Measure what an output step sees, by the gradient, instead of believing what the layer declares."""

from __future__ import annotations

import torch

from atrous.contract import Layer


def seen(layer: Layer, *, steps: int, output: int, samples: int = 64, seed: int = 0) -> tuple[int, int] | None:
    """The first and the last input step that one output step depends on, or None if it depends on none.

    The union over `samples` random rows in double precision at evaluation: a unit that is dead on one row (a ReLU,
    a maximum) is alive on another. The layer's dtype and mode are put back.

    steps: length of the rows. output: the output step looked at.

    >>> from atrous.layers import Conv
    >>> seen(Conv(2, 3, kernel=3, dilation=2), steps=20, output=10)
    (6, 10)

    Raises ValueError if there is no such output step.
    """
    training, dtype = layer.training, layer.zeros(0).dtype
    layer.eval().double()
    try:
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(samples, steps, layer.inputs or 3, dtype=torch.double, generator=generator, requires_grad=True)
        y = layer(x)
        if not 0 <= output < y.shape[1]:
            raise ValueError(f"{steps} steps give outputs 0 ... {y.shape[1] - 1}, got output={output}")
        weights = torch.randn(samples, y.shape[2], dtype=torch.double, generator=generator)
        (gradient,) = torch.autograd.grad((y[:, output] * weights).sum(), x)
        places = gradient.abs().sum((0, 2)).nonzero()[:, 0].tolist()
        return (places[0], places[-1]) if places else None
    finally:
        layer.train(training).to(dtype)
