"""Recurrent encoders: their window has no end, and they read one step after the other."""

from __future__ import annotations

from atrous.contract import Layer
from atrous.layers import LSTM, Backward, Dropout, Parallel, Stack


def lstm(inputs: int, *, channels: int = 128, depth: int = 1, dropout: float = 0.1) -> Layer:
    """LSTM layers, one reading the other.

    depth: layers. dropout: the share of numbers dropped between layers while training.

    >>> lstm(8, channels=16, depth=2).window
    Window(left=inf, right=0, stride=1)
    """
    parts: list[Layer] = []
    for level in range(depth):
        parts += [Dropout(dropout)] if level else []
        parts.append(LSTM(channels if level else inputs, channels))
    return Stack(*parts)


def bilstm(inputs: int, *, channels: int = 80, depth: int = 1, dropout: float = 0.1) -> Layer:
    """LSTM layers in both directions; each layer reads both directions of the layer below.

    channels: of each direction. It does not stream: the last step comes first.

    >>> bilstm(8, channels=16).window
    Window(left=inf, right=inf, stride=1)
    """
    parts: list[Layer] = []
    for level in range(depth):
        parts += [Dropout(dropout)] if level else []
        width = 2 * channels if level else inputs
        parts.append(Parallel(LSTM(width, channels), Backward(LSTM(width, channels))))
    return Stack(*parts)
