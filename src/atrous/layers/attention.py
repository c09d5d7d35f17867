"""Self-attention over the whole row, and the positions it needs."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State, clear
from atrous.errors import NotStreamable
from atrous.window import Window, attention_cost


class SelfAttention(Layer):
    """Multi-head attention of every real step over every real step of its row, through torch's own kernel.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: the whole row.
    No biases: the softmax would cancel those of the keys. No dropout of the weights, which torch's fused kernel
    does not draw; the paths around it have their own. Masked steps give zeros.

    >>> SelfAttention(8, heads=2)(torch.zeros(2, 7, 8)).shape
    torch.Size([2, 7, 8])

    Raises ValueError if heads does not divide channels. `step` raises NotStreamable.
    Source: Vaswani et al. 2017, Attention Is All You Need, section 3.2, https://arxiv.org/abs/1706.03762
    """

    streams = False

    def __init__(self, channels: int, *, heads: int) -> None:
        super().__init__()
        if heads < 1 or channels % heads:
            raise ValueError(f"SelfAttention needs heads that divide channels, got channels={channels}, heads={heads}")
        self.inputs = self.outputs = channels
        self.heads = heads
        self.window = Window(left=math.inf, right=math.inf)
        self.cost = attention_cost(channels)
        self.weight_read = nn.Parameter(torch.empty(3 * channels, channels))  # queries, keys, values
        self.weight_write = nn.Parameter(torch.empty(channels, channels))
        nn.init.xavier_uniform_(self.weight_read)
        nn.init.xavier_uniform_(self.weight_write)

    def extra_repr(self) -> str:
        return f"{self.inputs}, heads={self.heads}"

    def step(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        raise NotStreamable(
            "attention over the whole row needs the end of its row before its first answer; "
            "to stream, use a causal convolution or a one-directional recurrence"
        )

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        read = F.linear(clear(x, mask), self.weight_read)
        # (batch, time, 3 * channels) -> three times (batch, heads, time, channels / heads)
        batch, time, _ = x.shape
        queries, keys, values = (part.view(batch, time, self.heads, -1).transpose(1, 2) for part in read.chunk(3, -1))
        # A row without a real step attends to its padding, so that no softmax is over nothing; it is cleared below.
        seen = None if mask is None else (mask | ~mask.any(1, keepdim=True))[:, None, None, :]
        y = F.scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
        return clear(F.linear(y.transpose(1, 2).flatten(2), self.weight_write), mask)


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
