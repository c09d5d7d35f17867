"""Encoders that see a few tokens: none beyond the embedding's, or one window of each width."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from atrous.contract import Layer
from atrous.layers import Conv, Parallel, Pointwise, Stack, centred


def bag(inputs: int) -> Layer:
    """The embedding as it is: with a mean or a sum over time and hashed bigrams, the fastText classifier.

    It cannot see the order of anything but neighbours.

    >>> bag(8).window
    Window(left=0, right=0, stride=1)

    Source: Joulin et al. 2016, Bag of Tricks for Efficient Text Classification, https://arxiv.org/abs/1607.01759
    """
    return Stack()


def ngram(inputs: int, *, channels: int = 128, kernels: Sequence[int] = (3, 4, 5)) -> Layer:
    """One convolution of each width side by side; with a maximum over time, the sentence CNN.

    channels: maps of each width; the outputs are len(kernels) * channels.
    kernels: the widths, in tokens.

    >>> ngram(8).window
    Window(left=2, right=2, stride=1)

    Source: Kim 2014, Convolutional Neural Networks for Sentence Classification, https://arxiv.org/abs/1408.5882
    """
    paths = [Conv(inputs, channels, kernel=kernel, right=centred(kernel)) for kernel in kernels]
    return Stack(Parallel(*paths), Pointwise(torch.relu))
