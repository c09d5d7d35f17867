"""Gated convolutions: residual blocks of gated linear units (`gated`), and WaveNet's with skip paths (`wavenet`)."""

from __future__ import annotations

import torch

from atrous.contract import Layer
from atrous.layers import Channels, Conv, Gate, Parallel, Pointwise, Residual, SpatialDropout, Stack, weight_norm


def gated(inputs: int, *, channels: int = 56, depth: int = 4, kernel: int = 4, dropout: float = 0.1) -> Layer:
    """Residual blocks of a causal convolution and a gated linear unit: a linear path for the gradient, no dilation.

    depth: blocks; each lets the window grow by kernel - 1.

    >>> gated(8, channels=4).window
    Window(left=12, right=0, stride=1)

    Source: Dauphin, Fan, Auli, Grangier 2017, section 2, https://arxiv.org/abs/1612.08083
    """
    parts: list[Layer] = [Conv(inputs, channels, kernel=1)] if inputs != channels else []
    for _ in range(depth):
        conv = weight_norm(Conv(channels, 2 * channels, kernel=kernel))
        parts.append(Residual(Stack(conv, Gate(channels), SpatialDropout(dropout))))
    return Stack(*parts)


def wavenet(
    inputs: int, *, channels: int = 48, skips: int = 64, depth: int = 6, kernel: int = 2, dropout: float = 0.1
) -> Layer:
    """Causal blocks of gated tanh; each adds to a residual path that the next reads and to a skip path to the end.

    depth: blocks; block i has dilation 2**i. skips: channels of the skip path, which are the encoder's outputs.

    >>> wavenet(8, channels=4, skips=4).window
    Window(left=63, right=0, stride=1)

    Source: van den Oord et al. 2016, WaveNet, sections 2.3 and 2.4, https://arxiv.org/abs/1609.03499
    """
    # One sequence carries both paths: its first channels are read by the next block, the rest by the end alone.
    parts: list[Layer] = [Parallel(Conv(inputs, channels, kernel=1), Conv(inputs, skips, kernel=1))]
    for level in range(depth):
        last = level == depth - 1
        unit: list[Layer] = [
            Channels(channels + skips, 0, channels),
            SpatialDropout(dropout),
            Conv(channels, 2 * channels, kernel=kernel, dilation=2**level),
            Gate(channels, torch.tanh),
        ]
        if last:  # nobody reads its residual path
            skip = Channels(channels + skips, channels, channels + skips)
            parts.append(Residual(Stack(*unit, Conv(channels, skips, kernel=1)), skip))
        else:
            parts.append(Residual(Stack(*unit, Conv(channels, channels + skips, kernel=1))))
    return Stack(*parts, Pointwise(torch.relu), Conv(skips, skips, kernel=1), Pointwise(torch.relu))
