"""Layers that rearrange the channels of a step."""

from __future__ import annotations

from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer


class Channels(Layer):
    """The channels from `first` up to, not including, `last`.

    Shapes: (batch, time, inputs) -> (batch, time, last - first). Sees: its own step.

    >>> import torch
    >>> Channels(3, 1, 3)(torch.tensor([[[1.0, 2.0, 3.0]]]))
    tensor([[[2., 3.]]])

    Raises ValueError unless 0 <= first < last <= inputs.
    """

    def __init__(self, inputs: int, first: int, last: int) -> None:
        super().__init__()
        if not 0 <= first < last <= inputs:
            raise ValueError(f"Channels needs 0 <= first < last <= inputs = {inputs}, got {first} and {last}")
        self.inputs, self.outputs, self.first, self.last = inputs, last - first, first, last

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.first}, {self.last}"

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time outputs"]:
        return x[..., self.first : self.last]


class Folding(Layer):
    """The sum of every two neighbouring channels.

    Shapes: (batch, time, inputs) -> (batch, time, inputs / 2). Sees: its own step.

    >>> import torch
    >>> Folding(4)(torch.tensor([[[1.0, 2.0, 3.0, 4.0]]]))
    tensor([[[3., 7.]]])

    Raises ValueError if inputs is odd.
    Source: Kalchbrenner, Grefenstette, Blunsom 2014, A Convolutional Neural Network for Modelling Sentences, section
    3.5, https://arxiv.org/abs/1404.2188
    """

    def __init__(self, inputs: int) -> None:
        super().__init__()
        if inputs < 2 or inputs % 2:
            raise ValueError(f"Folding needs an even number of channels, got {inputs}")
        self.inputs, self.outputs = inputs, inputs // 2

    def extra_repr(self) -> str:
        return str(self.inputs)

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time outputs"]:
        return x[..., ::2] + x[..., 1::2]
