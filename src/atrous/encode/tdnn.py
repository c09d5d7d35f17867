"""The time-delay network: each layer splices a few steps of the layer below, wider apart with every layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from atrous.contract import Layer
from atrous.layers import Conv, LayerNorm, Pointwise, Stack


def tdnn(
    inputs: int,
    *,
    channels: int = 104,
    contexts: Sequence[Sequence[int]] = ((2, 2), (1, 2), (3, 3), (7, 2)),
) -> Layer:
    """Convolutions of which the first reads all steps of its context, every other only the two at its ends.

    contexts: of each layer, the steps back and ahead of the layer below.

    >>> tdnn(8, channels=4).window
    Window(left=13, right=9, stride=1)

    Source: Waibel et al. 1989, Phoneme Recognition Using Time-Delay Neural Networks, https://doi.org/10.1109/29.21701;
    sub-sampled contexts: Peddinti, Povey, Khudanpur 2015, section 3.1, https://doi.org/10.21437/Interspeech.2015-647
    """
    parts: list[Layer] = []
    for level, (back, ahead) in enumerate(contexts):
        span, width = back + ahead, channels if level else inputs
        sparse = level > 0 and span > 0
        kernel, dilation = (2, span) if sparse else (span + 1, 1)
        conv = Conv(width, channels, kernel=kernel, dilation=dilation, right=ahead)
        parts += [conv, Pointwise(torch.relu), LayerNorm(channels)]
    return Stack(*parts)
