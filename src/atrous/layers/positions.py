"""Where a step stands in its row, for layers that do not see it by themselves."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer, State


class Positions(Layer):
    """Adds to every step a code of its place in its row: sines and cosines, for rows of any length.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: its own step, and counts the real ones.

    >>> Positions(4)(torch.zeros(1, 2, 4))[0, 0]
    tensor([0., 0., 1., 1.])

    Raises ValueError if channels is odd.
    Source: Vaswani et al. 2017, section 3.5, https://arxiv.org/abs/1706.03762
    """

    channels_rates: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        if channels < 2 or channels % 2:
            raise ValueError(f"Positions needs an even number of channels, got {channels}")
        self.inputs = self.outputs = channels
        rates = 10_000.0 ** (-torch.arange(channels // 2, dtype=torch.double) / (channels // 2))
        self.register_buffer("channels_rates", rates, persistent=False)

    def extra_repr(self) -> str:
        return str(self.inputs)

    def start(self, batch: int) -> State:
        return torch.zeros(batch, 1, dtype=torch.long, device=self.channels_rates.device)

    def step(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        places = state + mask.cumsum(1) - 1
        return x + self._code(places).to(x.dtype), mask, state + mask.sum(1, keepdim=True)

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        return x + self._code(torch.arange(x.shape[1], device=x.device)[None, :]).to(x.dtype)

    def _code(self, places: Tensor) -> Tensor:
        turns = places[..., None] * self.channels_rates
        return torch.cat([turns.sin(), turns.cos()], -1)
