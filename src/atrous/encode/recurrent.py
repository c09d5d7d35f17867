"""Recurrent encoders: their window has no end, and they read one step after the other."""

from __future__ import annotations

from collections.abc import Callable

from atrous.contract import Layer
from atrous.layers import GRU, LSTM, RNN, Backward, Dropout, Parallel, Stack


def rnn(inputs: int, *, channels: int = 288, depth: int = 1, dropout: float = 0.1) -> Layer:
    """Plain recurrent layers, one reading the other. What lies far back fades from them.

    depth: layers. dropout: the share of numbers dropped between layers while training.

    >>> rnn(8, channels=16).window
    Window(left=inf, right=0, stride=1)
    """
    return _forth(RNN, inputs, channels, depth, dropout)


def gru(inputs: int, *, channels: int = 152, depth: int = 1, dropout: float = 0.1) -> Layer:
    """Layers of gated recurrent units, one reading the other.

    depth: layers. dropout: the share of numbers dropped between layers while training.

    >>> gru(8, channels=16, depth=2).window
    Window(left=inf, right=0, stride=1)
    """
    return _forth(GRU, inputs, channels, depth, dropout)


def lstm(inputs: int, *, channels: int = 128, depth: int = 1, dropout: float = 0.1) -> Layer:
    """LSTM layers, one reading the other.

    depth: layers. dropout: the share of numbers dropped between layers while training.

    >>> lstm(8, channels=16, depth=2).window
    Window(left=inf, right=0, stride=1)
    """
    return _forth(LSTM, inputs, channels, depth, dropout)


def birnn(inputs: int, *, channels: int = 192, depth: int = 1, dropout: float = 0.1) -> Layer:
    """Plain recurrent layers in both directions; each layer reads both directions of the layer below.

    channels: of each direction. It does not stream: the last step comes first.

    >>> birnn(8, channels=16).window
    Window(left=inf, right=inf, stride=1)
    """
    return _both(RNN, inputs, channels, depth, dropout)


def bigru(inputs: int, *, channels: int = 100, depth: int = 1, dropout: float = 0.1) -> Layer:
    """Layers of gated recurrent units in both directions; each layer reads both directions of the layer below.

    channels: of each direction. It does not stream: the last step comes first.

    >>> bigru(8, channels=16).window
    Window(left=inf, right=inf, stride=1)
    """
    return _both(GRU, inputs, channels, depth, dropout)


def bilstm(inputs: int, *, channels: int = 80, depth: int = 1, dropout: float = 0.1) -> Layer:
    """LSTM layers in both directions; each layer reads both directions of the layer below.

    channels: of each direction. It does not stream: the last step comes first.

    >>> bilstm(8, channels=16).window
    Window(left=inf, right=inf, stride=1)
    """
    return _both(LSTM, inputs, channels, depth, dropout)


def _forth(kind: Callable[[int, int], Layer], inputs: int, channels: int, depth: int, dropout: float) -> Layer:
    parts: list[Layer] = []
    for level in range(depth):
        parts += [Dropout(dropout)] if level else []
        parts.append(kind(channels if level else inputs, channels))
    return Stack(*parts)


def _both(kind: Callable[[int, int], Layer], inputs: int, channels: int, depth: int, dropout: float) -> Layer:
    parts: list[Layer] = []
    for level in range(depth):
        parts += [Dropout(dropout)] if level else []
        width = 2 * channels if level else inputs
        parts.append(Parallel(kind(width, channels), Backward(kind(width, channels))))
    return Stack(*parts)
