"""Dense blocks: every layer reads all that was made before it, the embedding included."""

from __future__ import annotations

import torch

from atrous.contract import Layer
from atrous.layers import Conv, LayerNorm, Pointwise, SpatialDropout, Stack, centred, densely


def dense(
    inputs: int,
    *,
    growth: int = 18,
    depth: int = 4,
    blocks: int = 2,
    kernel: int = 3,
    bottleneck: int = 4,
    dropout: float = 0.1,
) -> Layer:
    """Dense blocks of centred convolutions, a transition between one block and the next.

    growth: channels that each layer adds; the first of a block are the block's input, intact.
    depth: layers of a block; layer i has dilation 2**i. blocks: a transition halves the channels between two.
    bottleneck: before a convolution, as many times `growth` channels are all that it reads; 0 for none.
    dropout: the share of channels dropped after each layer while training.

    >>> dense(10, growth=10, depth=2, blocks=1, bottleneck=0).outputs  # 10 -> 20 -> 30
    30

    Source: Huang, Liu, van der Maaten, Weinberger 2017, section 3, https://arxiv.org/abs/1608.06993, with dilation in
    the place of pooling, and layer norm in the place of batch norm.
    """
    parts: list[Layer] = []
    channels = inputs
    for block in range(blocks):
        layers = []
        for level in range(depth):
            layers.append(_layer(channels, growth, kernel, 2**level, bottleneck, dropout))
            channels += growth
        parts.append(densely(*layers))
        if block < blocks - 1:
            parts.append(Conv(channels, channels // 2, kernel=1))
            channels //= 2
    return Stack(*parts, LayerNorm(channels), Pointwise(torch.relu))


def _layer(channels: int, growth: int, kernel: int, dilation: int, bottleneck: int, dropout: float) -> Layer:
    parts: list[Layer] = [LayerNorm(channels), Pointwise(torch.relu)]
    if bottleneck:
        narrow = bottleneck * growth
        parts += [Conv(channels, narrow, kernel=1), LayerNorm(narrow), Pointwise(torch.relu)]
        channels = narrow
    conv = Conv(channels, growth, kernel=kernel, dilation=dilation, right=centred(kernel, dilation))
    return Stack(*parts, conv, SpatialDropout(dropout))
