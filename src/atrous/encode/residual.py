"""Residual blocks of two dilated convolutions: causal (`tcn`), or centred (`residual`)."""

from __future__ import annotations

import torch

from atrous.contract import Layer
from atrous.layers import Conv, Pointwise, Residual, SpatialDropout, Stack, centred, weight_norm


def tcn(inputs: int, *, channels: int = 64, depth: int = 4, kernel: int = 3, dropout: float = 0.1) -> Layer:
    """The temporal convolutional network: dilation doubles from block to block, nothing sees ahead.

    depth: blocks; block i has two convolutions of dilation 2**i, so the window grows as 2**depth.
    dropout: the share of channels dropped after each convolution while training.

    >>> tcn(8, channels=8, depth=6).window
    Window(left=252, right=0, stride=1)

    Source: Bai, Kolter, Koltun 2018, section 3, https://arxiv.org/abs/1803.01271
    """
    return _blocks(inputs, channels=channels, depth=depth, kernel=kernel, dropout=dropout, causal=True)


def residual(inputs: int, *, channels: int = 64, depth: int = 4, kernel: int = 3, dropout: float = 0.1) -> Layer:
    """The same blocks, centred: they see as far ahead as back, and stream with a delay.

    >>> residual(8, channels=8, depth=6).window
    Window(left=126, right=126, stride=1)
    """
    return _blocks(inputs, channels=channels, depth=depth, kernel=kernel, dropout=dropout, causal=False)


def _blocks(inputs: int, *, channels: int, depth: int, kernel: int, dropout: float, causal: bool) -> Layer:
    parts: list[Layer] = []
    for level in range(depth):
        right = 0 if causal else centred(kernel, 2**level)
        path: list[Layer] = []
        for width in (inputs if level == 0 else channels, channels):
            conv = Conv(width, channels, kernel=kernel, dilation=2**level, right=right)
            path += [weight_norm(conv), Pointwise(torch.relu), SpatialDropout(dropout)]
        skip = Conv(inputs, channels, kernel=1) if level == 0 and inputs != channels else None
        parts += [Residual(Stack(*path), skip), Pointwise(torch.relu)]
    return Stack(*parts)
