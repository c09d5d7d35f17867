"""Dropout: of single numbers, or of whole channels of a row. Both are the identity at evaluation."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer
from atrous.layers.fused import relu_dropout, relu_times


def _checked(probability: float) -> float:
    if not 0 <= probability < 1:
        raise ValueError(f"dropout needs a probability from 0 up to, not including, 1, got {probability}")
    return probability


class Dropout(Layer):
    """Drops each number by itself and scales what is left, so that the expectation stays.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: its own step.

    Raises ValueError if the probability is not in [0, 1).
    Source: Srivastava et al. 2014, Dropout, section 4, https://jmlr.org/papers/v15/srivastava14a.html
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = _checked(probability)

    def extra_repr(self) -> str:
        return str(self.probability)

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        return F.dropout(x, self.probability, self.training)

    def after_relu(self, x: Float[Tensor, "batch time channels"]) -> Float[Tensor, "batch time channels"]:
        """What dropout makes of ReLU(x), in one pass."""
        return relu_dropout(x, self.probability, self.training)


class SpatialDropout(Layer):
    """Drops whole channels of a row, over all its time, and scales what is left.

    Neighbouring steps are alike, so a dropped number alone can be guessed from beside it; a dropped channel cannot.
    It also draws time times fewer random numbers.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: its own step.

    Raises ValueError if the probability is not in [0, 1).
    Source: Tompson et al. 2015, Efficient Object Localization, section 3.2, https://arxiv.org/abs/1411.4280
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = _checked(probability)

    def extra_repr(self) -> str:
        return str(self.probability)

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        return x * self._noise(x) if self.training else x

    def after_relu(self, x: Float[Tensor, "batch time channels"]) -> Float[Tensor, "batch time channels"]:
        """What dropout makes of ReLU(x), in one pass."""
        return relu_times(x, self._noise(x)) if self.training else F.relu(x)

    def _noise(self, x: Tensor) -> Tensor:
        return F.dropout(x.new_ones(x.shape[0], 1, x.shape[2]), self.probability, True)
