"""Several dilations side by side: near and far at once in every block."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from atrous.contract import Layer
from atrous.layers import Conv, Parallel, Pointwise, Residual, SpatialDropout, Stack, centred


def multiscale(
    inputs: int,
    *,
    channels: int = 56,
    depth: int = 2,
    kernel: int = 3,
    dilations: Sequence[int] = (1, 2, 4, 8),
    dropout: float = 0.1,
) -> Layer:
    """Residual blocks of centred convolutions side by side, one a dilation, joined by a convolution of kernel 1.

    channels: of each dilation, and of what joins them. depth: blocks.

    >>> multiscale(8, channels=4).window
    Window(left=16, right=16, stride=1)

    Source: the pyramid of Chen et al. 2017, DeepLab, section 3.2, https://arxiv.org/abs/1606.00915, over time
    """
    parts: list[Layer] = [Conv(inputs, channels, kernel=1)] if inputs != channels else []
    for _ in range(depth):
        paths = [
            Conv(channels, channels, kernel=kernel, dilation=step, right=centred(kernel, step)) for step in dilations
        ]
        join = Conv(channels * len(paths), channels, kernel=1)
        block = Stack(Parallel(*paths), Pointwise(torch.relu), SpatialDropout(dropout), join)
        parts += [Residual(block), Pointwise(torch.relu)]
    return Stack(*parts)
