"""Pools without parameters: the last step, the sum, the mean, the maximum."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Pool, State, clear


class Last(Pool):
    """The last real step. Right for a causal layer, whose last step has seen the whole row.

    Shapes: (batch, time, channels) -> (batch, channels).

    >>> Last(1)(torch.tensor([[[1.0], [2.0], [9.0]]]), torch.tensor([[True, True, False]]))
    tensor([[2.]])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = self.outputs = channels

    def start(self, batch: int) -> State:
        return self._like.new_zeros(batch, self.channels)

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        place = torch.arange(x.shape[1], device=x.device)
        last = torch.where(mask, place, place.new_zeros(())).amax(1)[:, None, None].expand(-1, 1, x.shape[2])
        return torch.where(mask.any(1)[:, None], x.gather(1, last)[:, 0], state)

    def read(self, state: Tensor) -> Float[Tensor, "batch channels"]:
        return state


class Sum(Pool):
    """The sum of the real steps: grows with the row, so it can count.

    Shapes: (batch, time, channels) -> (batch, channels).

    >>> Sum(1)(torch.tensor([[[1.0], [2.0], [9.0]]]), torch.tensor([[True, True, False]]))
    tensor([[3.]])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = self.outputs = channels

    def start(self, batch: int) -> State:
        return self._like.new_zeros(batch, self.channels)

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        return state + clear(x, mask).sum(1)

    def read(self, state: Tensor) -> Float[Tensor, "batch channels"]:
        return state


class Mean(Pool):
    """The mean of the real steps.

    Shapes: (batch, time, channels) -> (batch, channels).

    >>> Mean(1)(torch.tensor([[[1.0], [2.0], [9.0]]]), torch.tensor([[True, True, False]]))
    tensor([[1.5000]])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = self.outputs = channels

    def start(self, batch: int) -> State:
        return self._like.new_zeros(batch, self.channels), self._like.new_zeros(batch, 1)

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        return state[0] + clear(x, mask).sum(1), state[1] + mask.sum(1, keepdim=True)

    def read(self, state: tuple[Tensor, Tensor]) -> Float[Tensor, "batch channels"]:
        return state[0] / state[1].clamp(min=1)


class Max(Pool):
    """The maximum of each channel over the real steps: what was found, wherever it stood.

    Shapes: (batch, time, channels) -> (batch, channels).

    >>> Max(1)(torch.tensor([[[-1.0], [-2.0], [9.0]]]), torch.tensor([[True, True, False]]))
    tensor([[-1.]])

    Source: Collobert et al. 2011, section 3.2.2, https://arxiv.org/abs/1103.0398
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = self.outputs = channels

    def start(self, batch: int) -> State:
        return self._like.new_full((batch, self.channels), -math.inf)

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        found = torch.where(mask[..., None], x, x.new_full((), -math.inf)).amax(1)
        return torch.maximum(state, found)

    def read(self, state: Tensor) -> Float[Tensor, "batch channels"]:
        # Not only -inf: OpenVINO takes the lowest finite number for it.
        return torch.where(state < torch.finfo(state.dtype).min / 2, state.new_zeros(()), state)
