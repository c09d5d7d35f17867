"""The iterated dilated network: a small block of dilated convolutions, applied again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import nn

from atrous.contract import Layer
from atrous.layers import Conv, Dropout, Pointwise, Repeated, Stack


def idcnn(
    inputs: int,
    *,
    channels: int = 96,
    kernel: int = 3,
    dilations: Sequence[int] = (1, 2, 1),
    repeats: int = 3,
    tied: bool = True,
    identity: bool = True,
    join: Literal["chain", "concatenate"] = "chain",
    dropout: float = 0.1,
) -> Layer:
    """A centred convolution to `channels`, then a block of dilated ones, `repeats` times, a ReLU after each.

    dilations: of the block's convolutions, the first to read standing first.
    repeats: how often the block is applied; the window grows by the block's own each time.
    tied: the same weights every time, so that depth costs no parameters; else each application has its own.
    identity: a convolution of the block begins as the identity, so that at first each application gives what it reads.
    join: "chain" answers with the last application, "concatenate" with all of them side by side, as in widespread
        implementations of four blocks of dilations 1, 1, 2.
    dropout: the share of numbers dropped after the first convolution and after each application while training.

    `iterates` gives what stands after every application, of a chain.

    >>> idcnn(8, channels=4).window
    Window(left=13, right=13, stride=1)
    >>> idcnn(8, channels=4).cost.parameters, idcnn(8, channels=4, repeats=9).cost.parameters
    (256, 256)
    >>> idcnn(8, channels=4, dilations=(1, 1, 2), repeats=4, join="concatenate").outputs
    16

    Raises ValueError if there is no dilation, or repeats is below 1.
    Source: Strubell, Verga, Belanger, McCallum 2017, Fast and Accurate Entity Recognition with Iterated Dilated
    Convolutions, section 4, https://arxiv.org/abs/1702.02098; identity initialisation: Yu, Koltun 2016, section 3,
    https://arxiv.org/abs/1511.07122
    """
    if not dilations or repeats < 1:
        raise ValueError(f"idcnn needs a dilation and repeats >= 1, got dilations={dilations}, repeats={repeats}")
    first = Conv(inputs, channels, kernel=kernel, right=_ahead(kernel))
    blocks = [_block(channels, kernel, dilations, identity, dropout) for _ in range(1 if tied else repeats)]
    repeated = Repeated(*blocks, times=repeats if tied else 1, join=join)
    return Stack(first, Pointwise(torch.relu), Dropout(dropout), repeated)


def _block(channels: int, kernel: int, dilations: Sequence[int], identity: bool, dropout: float) -> Layer:
    parts: list[Layer] = []
    for dilation in dilations:
        conv = Conv(channels, channels, kernel=kernel, dilation=dilation, right=_ahead(kernel) * dilation)
        if identity:
            with torch.no_grad():
                nn.init.zeros_(conv.weight)
                nn.init.eye_(conv.weight[:, :, kernel - 1 - _ahead(kernel)])
        parts += [conv, Pointwise(torch.relu)]
    return Stack(*parts, Dropout(dropout))


def _ahead(kernel: int) -> int:
    """Taps after the own step. An even kernel leans to the past by a whole tap, so that one stands at the own step."""
    return (kernel - 1) // 2
