"""A line that holds a sequence back by some steps, so that what lags by less can wait for what lags by more."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer, State


def line(layer: Layer, batch: int, steps: int, channels: int | None) -> State:
    """What stands in a line of so many steps before the first one: nothing real. Without steps it is empty.

    layer: whose line it is; it gives type and device.

    Raises ValueError if steps must be held whose channels are not known.
    """
    if not steps:
        return ()
    if channels is None:
        raise ValueError(f"{layer} must hold back a sequence of unknown channels; give one of its parts its channels")
    return layer.zeros(batch, steps, channels), layer.unset(batch, steps)


def hold(
    line: State, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"]
) -> tuple[Float[Tensor, "batch time channels"], Bool[Tensor, "batch time"], State]:
    """Push a chunk into the line; out comes a chunk of the same size, older by the line's length.

    >>> x, mask = torch.tensor([[[5.0], [6.0]]]), torch.tensor([[True, True]])
    >>> y, real, _ = hold((torch.zeros(1, 1, 1), torch.tensor([[False]])), x, mask)
    >>> y.tolist(), real.tolist()
    ([[[0.0], [5.0]]], [[False, True]])
    """
    if not line:
        return x, mask, line
    steps = x.shape[1]
    x, mask = torch.cat([line[0], x], 1), torch.cat([line[1], mask], 1)
    return x[:, :steps], mask[:, :steps], (x[:, steps:], mask[:, steps:])
