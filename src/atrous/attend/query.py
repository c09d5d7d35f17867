"""The pool that learns which steps count."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Pool, State, clear
from atrous.window import Cost


class Query(Pool):
    """A mean of the real steps, weighted by a softmax of their products with one learned vector.

    Shapes: (batch, time, channels) -> (batch, channels). The query starts near zero: a plain mean.
    Streaming keeps a running softmax (maximum, weights' sum, weighted sum), so that no weight overflows.

    >>> with torch.no_grad():
    ...     pool = Query(1)
    ...     pool(torch.tensor([[[4.0], [4.0]]])).round()
    tensor([[4.]])

    Source: Yang et al. 2016, Hierarchical Attention Networks, section 2.2; the running softmax of Milakov,
    Gimelshein 2018, https://arxiv.org/abs/1805.02867
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = self.outputs = channels
        self.query = nn.Parameter(torch.randn(channels) / channels)
        # The products with the query, and the weighted sum.
        self.cost = Cost(channels, lambda steps: 4 * channels * steps)

    def start(self, batch: int) -> State:
        zeros = self._like.new_zeros
        return zeros(batch, 1) - math.inf, zeros(batch, 1), zeros(batch, self.channels)

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        most, total, summed = state
        x = clear(x, mask)
        products = F.linear(x, self.query[None])[..., 0] / math.sqrt(self.channels)
        scores = torch.where(mask, products, x.new_full((), -math.inf))
        peak = torch.maximum(most, scores.amax(1, keepdim=True))
        finite = torch.where(peak == -math.inf, peak.new_zeros(()), peak)  # no real step yet: exp(-inf - 0) = 0
        weights, before = (scores - finite).exp(), (most - finite).exp()
        return (
            peak,
            total * before + weights.sum(1, keepdim=True),
            summed * before + (weights[:, None, :] @ x)[:, 0],
        )

    def read(self, state: tuple[Tensor, Tensor, Tensor]) -> Float[Tensor, "batch channels"]:
        _, total, summed = state
        return summed / torch.where(total == 0, total.new_ones(()), total)
