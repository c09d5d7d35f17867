"""Self-attention: today's default rival."""

from __future__ import annotations

import torch.nn.functional as F

from atrous.contract import Layer
from atrous.layers import Conv, Dropout, LayerNorm, Pointwise, Positions, Residual, SelfAttention, Stack


def attention(
    inputs: int, *, channels: int = 64, depth: int = 2, heads: int = 2, wide: int = 256, dropout: float = 0.1
) -> Layer:
    """A small pre-norm Transformer: every step sees the whole row, in both directions.

    depth: blocks of attention and a feed-forward part, `wide` channels inside. heads: they must divide channels.

    >>> attention(8, channels=16, heads=2).window
    Window(left=inf, right=inf, stride=1)

    Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; norm first: Xiong et al. 2020, section 3,
    https://arxiv.org/abs/2002.04745
    """
    parts: list[Layer] = [Conv(inputs, channels, kernel=1)] if inputs != channels else []
    parts += [Positions(channels), Dropout(dropout)]
    for _ in range(depth):
        mix = SelfAttention(channels, heads=heads)
        widen, narrow = Conv(channels, wide, kernel=1), Conv(wide, channels, kernel=1)
        parts += [
            Residual(Stack(LayerNorm(channels), mix, Dropout(dropout))),
            Residual(Stack(LayerNorm(channels), widen, Pointwise(F.gelu), Dropout(dropout), narrow, Dropout(dropout))),
        ]
    return Stack(*parts, LayerNorm(channels))
