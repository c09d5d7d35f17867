"""A fully connected layer is a convolution."""

from __future__ import annotations

import torch
from torch import nn

from atrous.layers.conv import Conv


def convolution_of(linear: nn.Linear, *, steps: int = 1) -> Conv:
    """The unpadded convolution that gives at every place of a sequence what the layer gives for a window of it.

    linear: reads a window of `steps` steps, flattened: all channels of its first step, then those of the second.
    steps: of the window, the convolution's kernel. A hidden layer, which reads one vector, has a window of 1.

    >>> linear = nn.Linear(5 * 3, 2)  # 5 steps of 3 channels
    >>> conv, x = convolution_of(linear, steps=5), torch.randn(1, 9, 3)
    >>> with torch.no_grad():
    ...     torch.testing.assert_close(conv(x)[0, 2], linear(x[0, 2:7].flatten()))

    Raises ValueError if the layer does not read a whole number of channels a step.
    Source: Long, Shelhamer, Darrell 2015, Fully Convolutional Networks, section 3.1, https://arxiv.org/abs/1411.4038
    """
    if steps < 1 or linear.in_features % steps:
        raise ValueError(
            f"convolution_of needs steps >= 1 that divide the layer's {linear.in_features} inputs, got steps={steps}"
        )
    conv = Conv(linear.in_features // steps, linear.out_features, kernel=steps, valid=True).to(linear.weight)
    with torch.no_grad():
        conv.weight.copy_(linear.weight.view(linear.out_features, steps, -1).transpose(1, 2))
        if linear.bias is not None:
            conv.bias.copy_(linear.bias)
    return conv
