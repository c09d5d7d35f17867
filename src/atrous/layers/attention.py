"""Self-attention: over the whole row, or over the past, which streams."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State, clear
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
    refusal = (
        "attention over the whole row needs the end of its row before its first answer; "
        "to stream, use a causal convolution or a one-directional recurrence"
    )

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

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        read = F.linear(clear(x, mask), self.weight_read)
        queries, keys, values = (split_heads(part, self.heads) for part in read.chunk(3, -1))
        # A row without a real step attends to its padding, so that no softmax is over nothing; it is cleared below.
        seen = None if mask is None else (mask | ~mask.any(1, keepdim=True))[:, None, None, :]
        y = F.scaled_dot_product_attention(queries, keys, values, attn_mask=seen)
        return clear(F.linear(y.transpose(1, 2).flatten(2), self.weight_write), mask)


class PastAttention(Layer):
    """Multi-head attention of every step over itself and the `memory` steps before it: causal, and it streams.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: `memory` steps back.
    Its state is what it has read: keys and values of the last `memory` steps, so that a stream costs the same however
    long it runs. No biases and no dropout of weights, as in `SelfAttention`. Masked steps give zeros.

    >>> PastAttention(8, heads=2, memory=16)(torch.zeros(2, 7, 8)).shape
    torch.Size([2, 7, 8])

    Raises ValueError if heads does not divide channels or memory is below 0.
    Source: Vaswani et al. 2017, Attention Is All You Need, section 3.2.3; a memory of fixed size: Beltagy, Peters,
    Cohan 2020, Longformer, section 3.1, https://arxiv.org/abs/2004.05150
    """

    inputs: int
    outputs: int

    def __init__(self, channels: int, *, heads: int, memory: int) -> None:
        super().__init__()
        if heads < 1 or channels % heads or memory < 0:
            raise ValueError(
                "PastAttention needs heads that divide channels and memory >= 0, got "
                f"channels={channels}, heads={heads}, memory={memory}"
            )
        self.inputs = self.outputs = channels
        self.heads, self.memory = heads, memory
        self.window = Window(left=memory)
        self.cost = attention_cost(channels)
        self.weight_read = nn.Parameter(torch.empty(3 * channels, channels))  # queries, keys, values
        self.weight_write = nn.Parameter(torch.empty(channels, channels))
        nn.init.xavier_uniform_(self.weight_read)
        nn.init.xavier_uniform_(self.weight_write)

    def extra_repr(self) -> str:
        return f"{self.inputs}, heads={self.heads}, memory={self.memory}"

    def start(self, batch: int) -> State:
        empty = self.zeros(batch, self.memory, self.inputs)
        return empty, empty.clone(), self.unset(batch, self.memory)

    def step(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        steps = x.shape[1]
        queries, *read = F.linear(clear(x, mask), self.weight_read).chunk(3, -1)
        now = (*read, mask)
        keys, values, bits = (torch.cat([past, new], 1) for past, new in zip(state, now, strict=True))
        y = self._attend(queries, keys, values, bits)
        return clear(y, mask), mask, (keys[:, steps:], values[:, steps:], bits[:, steps:])

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        bits = torch.ones_like(x[..., 0], dtype=torch.bool) if mask is None else mask
        queries, keys, values = F.linear(clear(x, mask), self.weight_read).chunk(3, -1)
        return clear(self._attend(queries, keys, values, bits), mask)

    def _attend(self, queries: Tensor, keys: Tensor, values: Tensor, bits: Tensor) -> Tensor:
        """The queries belong to the last of the keys' steps."""
        own = torch.arange(queries.shape[1], device=bits.device)[:, None] + (keys.shape[1] - queries.shape[1])
        back = own - torch.arange(keys.shape[1], device=bits.device)[None, :]
        # A masked step sees itself, so that no softmax is over nothing; it is cleared by who called.
        seen = ((back >= 0) & (back <= self.memory))[None] & (bits[:, None, :] | (back == 0)[None])
        y = F.scaled_dot_product_attention(
            split_heads(queries, self.heads),
            split_heads(keys, self.heads),
            split_heads(values, self.heads),
            attn_mask=seen[:, None],
        )
        return F.linear(y.transpose(1, 2).flatten(2), self.weight_write)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(batch, time, channels) -> (batch, heads, time, channels / heads)."""
    return x.view(*x.shape[:2], heads, -1).transpose(1, 2)
