"""Convolutions shorten the sequence, a recurrence reads what is left."""

from __future__ import annotations

from typing import Literal

import torch

from atrous.contract import Layer
from atrous.layers import GRU, LSTM, Conv, Pointwise, Pooling, Stack


def hybrid(
    inputs: int,
    *,
    channels: int = 80,
    kernel: int = 5,
    halvings: int = 2,
    recurrence: Literal["gru", "lstm"] = "gru",
) -> Layer:
    """Causal convolutions, each followed by a maximum that halves the steps; then one recurrent layer.

    The recurrence takes 2**halvings times fewer steps, and what is far back is as much nearer to it.

    >>> hybrid(8, channels=4).window.stride
    Fraction(4, 1)

    Source: Zhou, Sun, Liu, Lau 2015, A C-LSTM Neural Network for Text Classification, section 3,
    https://arxiv.org/abs/1511.08630; with pooling: Wang, Jiang, Luo 2016, https://aclanthology.org/C16-1229
    """
    parts: list[Layer] = []
    for level in range(halvings):
        conv = Conv(channels if level else inputs, channels, kernel=kernel)
        parts += [conv, Pointwise(torch.relu), Pooling("max", channels, kernel=2)]
    layer = {"gru": GRU, "lstm": LSTM}[recurrence]
    return Stack(*parts, layer(channels if halvings else inputs, channels))
