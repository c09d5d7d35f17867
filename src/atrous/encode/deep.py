"""Very deep: blocks of two convolutions, halving the steps and doubling the channels on the way."""

from __future__ import annotations

import torch

from atrous.contract import Layer
from atrous.layers import Conv, LayerNorm, Pointwise, Pooling, Residual, Stack, centred


def deep(inputs: int, *, channels: int = 28, depth: int = 4, kernel: int = 3) -> Layer:
    """Residual blocks of two centred convolutions; between two blocks a maximum halves the steps.

    depth: blocks; from each to the next the channels grow by half, from `channels` on, so that a step of the last
    block stands for 2**(depth - 1) tokens.

    >>> deep(8, channels=4, depth=3).window
    Window(left=18, right=18, stride=4)

    Source: Conneau, Schwenk, Barrault, LeCun 2017, Very Deep Convolutional Networks for Text Classification, section 3,
    https://arxiv.org/abs/1606.01781; here with layer norm, and with channels that grow by half instead of doubling.
    """
    parts: list[Layer] = [Conv(inputs, channels, kernel=kernel, right=centred(kernel))]
    for level in range(depth):
        outputs = channels if level == 0 else channels * 3 // 2
        parts += [Pooling("max", channels, kernel=3, stride=2, right=1)] if level else []
        path: list[Layer] = []
        for width in (channels, outputs):
            conv = Conv(width, outputs, kernel=kernel, right=centred(kernel))
            path += [conv, LayerNorm(outputs), Pointwise(torch.relu)]
        skip = Conv(channels, outputs, kernel=1) if channels != outputs else None
        parts.append(Residual(Stack(*path[:-1]), skip))
        parts.append(Pointwise(torch.relu))
        channels = outputs
    return Stack(*parts)
