"""The pool that keeps the few largest values of every channel, in the order in which they stood."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Pool, State
from atrous.layers.kmax import largest_in_order


class KMax(Pool):
    """Of each channel the k largest real steps, in their order of time; ties go to the earlier step.

    Shapes: (batch, time, channels) -> (batch, k * channels), the first of the k of all channels first. A row of fewer
    steps ends in zeros.

    >>> KMax(1, k=2)(torch.tensor([[[5.0], [1.0], [7.0]]]))
    tensor([[5., 7.]])

    Raises ValueError if k is below 1.
    Source: Kalchbrenner, Grefenstette, Blunsom 2014, section 3.2, https://arxiv.org/abs/1404.2188
    """

    def __init__(self, channels: int, *, k: int = 4) -> None:
        super().__init__()
        if k < 1:
            raise ValueError(f"KMax needs k >= 1, got {k}")
        self.channels, self.k, self.outputs = channels, k, k * channels

    def extra_repr(self) -> str:
        return f"k={self.k}"

    def start(self, batch: int) -> State:
        return self._like.new_full((batch, self.k, self.channels), -math.inf)

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        # What is held stands before the chunk and in its order of time, so that order of places is order of time.
        seen = torch.cat([state, torch.where(mask[..., None], x, x.new_full((), -math.inf))], 1)
        return largest_in_order(seen, torch.full_like(mask[:, 0], self.k, dtype=torch.long), most=self.k)

    def read(self, state: Tensor) -> Float[Tensor, "batch outputs"]:
        # Places that no step has taken stand in front; the row's own come first, then zeros.
        free = state == -math.inf
        turn = (torch.arange(self.k, device=state.device)[:, None] + free.sum(1, keepdim=True)) % self.k
        first = state.gather(1, turn)
        return torch.where(first == -math.inf, first.new_zeros(()), first).flatten(1)
