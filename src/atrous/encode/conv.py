"""One convolution a level, with any dilations and strides: what a plan of `atrous.cover` becomes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from atrous.contract import Layer
from atrous.layers import Conv, Pointwise, Residual, SpatialDropout, Stack
from atrous.planning import levels


def conv(
    inputs: int,
    *,
    channels: int = 96,
    kernel: int = 3,
    dilations: Sequence[int] = (1, 2, 4, 8),
    strides: Sequence[int] = (1, 1, 1, 1),
    centred: bool = False,
    dropout: float = 0.1,
) -> Layer:
    """One convolution and a ReLU a level, added to what the level reads where it keeps steps and channels.

    dilations, strides: one of each a level, the lowest first.
    centred: see as far ahead as back, and stream with a delay; else nothing ahead of the own block of steps.
    dropout: the share of channels dropped after each convolution while training.

    >>> conv(8, channels=8).window
    Window(left=30, right=0, stride=1)
    >>> conv(8, channels=8, kernel=4, dilations=(1, 1, 5), strides=(4, 2, 1)).window
    Window(left=128, right=7, stride=8)

    Raises ValueError if there are not as many dilations as strides.
    Source: dilation: Yu, Koltun 2016, section 3, https://arxiv.org/abs/1511.07122; residual levels: He et al. 2015,
    section 3.2, https://arxiv.org/abs/1512.03385
    """
    parts: list[Layer] = []
    for number, level in enumerate(levels(kernel, dilations, strides, centred=centred)):
        width = channels if number else inputs
        convolution = Conv(
            width, channels, kernel=level.kernel, dilation=level.dilation, stride=level.stride, right=level.right
        )
        path = [convolution, Pointwise(torch.relu), SpatialDropout(dropout)]
        if level.stride == 1 and width == channels:
            # Each sum would double the variance: so many of them leave it in the order of one.
            with torch.no_grad():
                convolution.weight.div_(math.sqrt(len(dilations)))
            parts.append(Residual(Stack(*path)))
        else:
            parts += path
    return Stack(*parts)
