"""The dynamic convolutional network: wide convolutions and of every channel the largest values, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import torch

from atrous.contract import Layer
from atrous.layers import Folding, KMax, Pointwise, Stack, wide


def kmax(inputs: int, *, channels: int = 104, kernels: Sequence[int] = (7, 5), least: int = 4) -> Layer:
    """Wide convolutions, each followed by dynamic k-max pooling and tanh; channels are folded before the last tanh.

    k falls with depth: of L layers the l-th keeps ceil((L - l) / L) of the row's steps, `least` at least; after the
    last, `attend` keeps them (the pool `kmax`). It does not stream: the largest are known at the row's end.

    channels: of each convolution, even; folding leaves half. kernels: one for each layer, in steps.

    >>> kmax(8, channels=4).outputs
    2

    Source: Kalchbrenner, Grefenstette, Blunsom 2014, section 3, https://arxiv.org/abs/1404.2188; here a filter reads
    all channels, not one row of the embedding.
    """
    parts: list[Layer] = []
    for level, kernel in enumerate(kernels, 1):
        parts.append(wide(channels if level > 1 else inputs, channels, kernel=kernel))
        if level < len(kernels):
            parts.append(KMax(least, share=Fraction(len(kernels) - level, len(kernels))))
        else:
            parts.append(Folding(channels))
        parts.append(Pointwise(torch.tanh))
    return Stack(*parts)
