"""Measure what an output step sees, by the gradient or by changes, instead of believing what the layer declares."""

from __future__ import annotations

import torch
from torch import Tensor

from atrous.contract import Layer


def seen(
    layer: Layer, *, steps: int, output: int, samples: int = 64, seed: int = 0, by_change: bool = False
) -> tuple[int, int] | None:
    """The first and the last input step that one output step depends on, or None if it depends on none.

    The union over `samples` random rows in double precision at evaluation: a unit that is dead on one row (a ReLU,
    a maximum) is alive on another. The layer's dtype and mode are put back.

    steps: length of the rows. output: the output step looked at.
    by_change: put another vector in the place of each step, one at a time, instead of asking the gradient, which knows
        nothing of a choice among steps.

    >>> from atrous.layers import Conv
    >>> seen(Conv(2, 3, kernel=3, dilation=2), steps=20, output=10)
    (6, 10)

    Raises ValueError if there is no such output step.
    """
    training, dtype = layer.training, layer.zeros(0).dtype
    layer.eval().double()
    try:
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(samples, steps, layer.inputs or 3, dtype=torch.double, generator=generator)
        reached = _changes if by_change else _gradient
        places = reached(layer, x, output, generator).nonzero()[:, 0].tolist()
        return (places[0], places[-1]) if places else None
    finally:
        layer.train(training).to(dtype)


def _gradient(layer: Layer, x: Tensor, output: int, generator: torch.Generator) -> Tensor:
    """The size of the gradient at every step, (steps,)."""
    x = x.requires_grad_()
    y = _checked(layer(x), output, x.shape[1])
    weights = torch.randn(len(x), y.shape[2], dtype=torch.double, generator=generator)
    (gradient,) = torch.autograd.grad((y[:, output] * weights).sum(), x)
    return gradient.abs().sum((0, 2))


@torch.no_grad()
def _changes(layer: Layer, x: Tensor, output: int, generator: torch.Generator) -> Tensor:
    """How much the output changes with every step, (steps,)."""
    before = _checked(layer(x), output, x.shape[1])[:, output]
    found = []
    for place in range(x.shape[1]):
        other = x.clone()
        other[:, place] = 3 * torch.randn(x[:, place].shape, dtype=torch.double, generator=generator)
        found.append((layer(other)[:, output] - before).abs().sum())
    return torch.stack(found)


def _checked(y: Tensor, output: int, steps: int) -> Tensor:
    if not 0 <= output < y.shape[1]:
        raise ValueError(f"{steps} steps give outputs 0 ... {y.shape[1] - 1}, got output={output}")
    return y
