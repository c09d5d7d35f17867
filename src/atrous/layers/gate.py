"""Gates: one half of the channels decides how much of the other passes; and the highway between them."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer
from atrous.layers.compose import Parallel, Stack
from atrous.layers.conv import Conv


class Gate(Layer):
    """function(first half of the channels) * sigmoid(second half).

    Shapes: (batch, time, 2 * channels) -> (batch, time, channels). Sees: its own step.

    function: None for the gated linear unit, GLU; `torch.tanh` for the gated tanh of WaveNet.

    >>> Gate(1)(torch.tensor([[[3.0, 0.0]]]))
    tensor([[[1.5000]]])

    Source: Dauphin et al. 2017, Language Modeling with Gated Convolutional Networks, section 2,
    https://arxiv.org/abs/1612.08083; van den Oord et al. 2016, WaveNet, section 2.3, https://arxiv.org/abs/1609.03499
    """

    def __init__(self, channels: int, function: Callable[[Tensor], Tensor] | None = None) -> None:
        super().__init__()
        self.inputs, self.outputs, self.function = 2 * channels, channels, function

    def extra_repr(self) -> str:
        return f"{self.outputs}" + (f", {getattr(self.function, '__name__', self.function)}" if self.function else "")

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        if self.function is None:
            return F.glu(x, -1)
        passed, gate = x.chunk(2, -1)
        return self.function(passed) * gate.sigmoid()


class Carry(Layer):
    """Of x, h and t, a third of the channels each: relu(h) * sigmoid(t) + x * (1 - sigmoid(t)).

    Shapes: (batch, time, 3 * channels) -> (batch, time, channels). Sees: its own step.

    >>> Carry(1)(torch.tensor([[[2.0, 4.0, 0.0]]]))
    tensor([[[3.]]])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inputs, self.outputs = 3 * channels, channels

    def extra_repr(self) -> str:
        return str(self.outputs)

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        carried, made, gate = x.chunk(3, -1)
        return torch.lerp(carried, made.relu(), gate.sigmoid())


def highway(channels: int, *, kernel: int = 1, dilation: int = 1, right: int | None = None) -> Stack:
    """A highway layer: a learned gate chooses, channel by channel, between what a convolution makes and what it read.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: as a `Conv` of that kernel, dilation and right.
    The gates' bias starts at -1: at first most of the input passes through.

    >>> highway(4, kernel=3)(torch.zeros(1, 5, 4)).shape
    torch.Size([1, 5, 4])

    Source: Srivastava, Greff, Schmidhuber 2015, Highway Networks, sections 2 and 2.2, https://arxiv.org/abs/1505.00387
    """
    conv = Conv(channels, 2 * channels, kernel=kernel, dilation=dilation, right=right)
    torch.nn.init.constant_(conv.bias.detach()[channels:], -1.0)
    return Stack(Parallel(Stack(), conv), Carry(channels))
