"""Highway layers: learned gates choose between what a convolution makes and what it read."""

from __future__ import annotations

from atrous.contract import Layer
from atrous.layers import Conv, SpatialDropout, Stack, centred
from atrous.layers import highway as highway_layer


def highway(inputs: int, *, channels: int = 64, depth: int = 4, kernel: int = 3, dropout: float = 0.1) -> Layer:
    """Centred highway convolutions whose dilation doubles from layer to layer.

    depth: layers; layer i has dilation 2**i. dropout: the share of channels dropped before each while training.

    >>> highway(8, channels=4).window
    Window(left=15, right=15, stride=1)

    Source: Srivastava, Greff, Schmidhuber 2015, https://arxiv.org/abs/1505.00387
    """
    parts: list[Layer] = [Conv(inputs, channels, kernel=1)] if inputs != channels else []
    for level in range(depth):
        right = centred(kernel, 2**level)
        parts += [SpatialDropout(dropout), highway_layer(channels, kernel=kernel, dilation=2**level, right=right)]
    return Stack(*parts)
