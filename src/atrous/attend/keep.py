"""Every step counts: nothing is pooled, and each step has an answer of its own."""

from __future__ import annotations

from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Pool, State, clear


class Keep(Pool):
    """What stands where a pool would in a model that answers every step.

    Shapes: (batch, time, channels) -> (batch, time, channels); zeros at masked steps.

    Its state is the last chunk and that chunk's mask: nothing of it is needed for the next one.

    >>> import torch
    >>> Keep(2)(torch.ones(1, 3, 2), torch.tensor([[True, True, False]])).sum(2).tolist()
    [[2.0, 2.0, 0.0]]
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.outputs = channels

    def start(self, batch: int) -> State:
        return self._like.new_zeros(batch, 0, self.outputs), self._like.new_zeros(batch, 0).bool()

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        return clear(x, mask), mask

    def read(self, state: State) -> Float[Tensor, "batch time channels"]:
        steps: Tensor = state[0]
        return steps

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        return clear(x, mask)
