"""Shorten, then restore: a few steps see far, and what they found is given back to every step."""

from __future__ import annotations

from typing import Literal

import torch

from atrous.contract import Layer
from atrous.layers import Conv, ConvTranspose, Interpolate, Parallel, Pointwise, Restored, Stack, centred

Raise = Literal["transpose", "repeat", "linear"]


def unet(inputs: int, *, channels: int = 32, depth: int = 2, kernel: int = 3, upsample: Raise = "transpose") -> Layer:
    """Each level halves the steps, doubles the channels, and hands what it made back to the level above, beside a skip.

    depth: levels below the first; the deepest step stands for 2**depth tokens.
    upsample: how the rate is raised again: "transpose" learns it (a transposed convolution), "repeat" gives every step
        twice and "linear" draws lines, each before a convolution of kernel 1.

    >>> model = unet(8, channels=4)
    >>> model.window.stride, model.outputs
    (Fraction(1, 1), 4)

    Source: Ronneberger, Fischer, Brox 2015, U-Net, section 2, https://arxiv.org/abs/1505.04597; how to raise the rate:
    Odena, Dumoulin, Olah 2016, https://distill.pub/2016/deconv-checkerboard
    """
    return Stack(*_level(inputs, channels, depth, kernel, upsample))


def _level(inputs: int, channels: int, depth: int, kernel: int, upsample: Raise) -> list[Layer]:
    parts: list[Layer] = [_centred(inputs, channels, kernel), Pointwise(torch.relu)]
    if not depth:
        return parts
    below = 2 * channels
    path: list[Layer] = [
        Conv(channels, channels, kernel=kernel, stride=2, right=min(kernel - 1, max(1, centred(kernel)))),
        Pointwise(torch.relu),
        *_level(channels, below, depth - 1, kernel, upsample),
        *_raised(below, channels, upsample),
    ]
    both = Parallel(Stack(), Restored(Stack(*path)))
    return [*parts, both, _centred(2 * channels, channels, kernel), Pointwise(torch.relu)]


def _raised(inputs: int, outputs: int, upsample: Raise) -> list[Layer]:
    if upsample == "transpose":
        return [ConvTranspose(inputs, outputs, kernel=2, stride=2)]
    return [Conv(inputs, outputs, kernel=1), Interpolate(outputs, stride=2, mode=upsample)]


def _centred(inputs: int, outputs: int, kernel: int) -> Conv:
    return Conv(inputs, outputs, kernel=kernel, right=centred(kernel))
