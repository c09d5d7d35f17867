"""A function applied to every step alone."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer


class Pointwise(Layer):
    """A function without parameters that changes each number by itself, such as `torch.relu`.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: its own step.

    >>> import torch
    >>> Pointwise(torch.relu)(torch.tensor([[[-1.0, 2.0]]]))
    tensor([[[0., 2.]]])
    """

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def extra_repr(self) -> str:
        return str(getattr(self.function, "__name__", self.function))

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        return self.function(x)
