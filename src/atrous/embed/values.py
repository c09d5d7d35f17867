"""Series of numbers as they are, with a flag for those that are missing."""

from __future__ import annotations

import torch
from jaxtyping import Bool
from torch import Tensor

from atrous.contract import Batch, Embed, State


class Values(Embed):
    """The features of each step, then a flag for each: 1 where it is missing, and its value 0.

    Shapes: values (batch, time, features), NaN where one is missing -> (batch, time, 2 * features). Sees: its step. A
    missing value is told from a 0, which is the mean where the values are on the scale of the training rows.

    >>> values = torch.tensor([[[1.5], [torch.nan]]])
    >>> Values(1)(Batch(None, torch.tensor([2]), values=values))
    tensor([[[1.5000, 0.0000],
             [0.0000, 1.0000]]])

    Raises ValueError if features is below 1.
    Source: Che et al. 2018, Recurrent Neural Networks for Multivariate Time Series with Missing Values, equation 2 (the
    mask as an input), https://arxiv.org/abs/1606.01865
    """

    reads = ("values",)
    _like: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        if features < 1:
            raise ValueError(f"Values needs features >= 1, got {features}")
        self.features, self.outputs = features, 2 * features
        self.register_buffer("_like", torch.empty(0), persistent=False)  # follows the model's dtype

    def extra_repr(self) -> str:
        return str(self.features)

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        values = batch.fields["values"].to(self._like.dtype)
        missing = values.isnan()
        return torch.cat([torch.where(missing, values.new_zeros(()), values), missing.to(values.dtype)], -1), state
