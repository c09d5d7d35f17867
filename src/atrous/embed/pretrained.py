"""A table of vectors that were learnt elsewhere, kept as it is or tuned."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from atrous.contract import Batch, Embed, State
from atrous.embed.lookup import look_up
from atrous.window import Cost

SPREAD = 0.25  # a word without a vector gets one out of U(-SPREAD, SPREAD), about as long as word2vec's


class Pretrained(Embed):
    """The vector of each token out of a table that is filled from a file and then static, or tuned.

    Shapes: ids (batch, time) -> (batch, time, channels). Sees: its token.

    tuned: whether the table learns; a static one is saved with the model, but is no parameter.
    size, field, dropout: as for Tokens. A token that `fill` does not name keeps random numbers of -0.25 to 0.25,
    padding (0) zeros.

    >>> embed = Pretrained(4, 2, tuned=False)
    >>> embed.fill(torch.tensor([2]), torch.tensor([[0.5, -1.0]]))
    >>> embed(Batch(torch.tensor([[2, 0]]), torch.tensor([2])))
    tensor([[[ 0.5000, -1.0000],
             [ 0.0000,  0.0000]]])

    Raises ValueError if size or channels is below 1.
    Source: Kim 2014, Convolutional Neural Networks for Sentence Classification, section 3,
    https://arxiv.org/abs/1408.5882
    """

    vectors: Tensor

    def __init__(self, size: int, channels: int, *, tuned: bool, dropout: float = 0.0, field: str = "ids") -> None:
        super().__init__()
        if min(size, channels) < 1:
            raise ValueError(f"Pretrained needs size >= 1 and channels >= 1, got {size} and {channels}")
        self.size, self.outputs, self.tuned, self.dropout, self.reads = size, channels, tuned, dropout, (field,)
        self.cost = Cost(size * channels if tuned else 0)
        vectors = (torch.rand(size, channels) * 2 - 1) * SPREAD
        vectors[0] = 0
        if tuned:
            self.vectors = nn.Parameter(vectors)
        else:
            self.register_buffer("vectors", vectors)

    def extra_repr(self) -> str:
        return f"{self.size}, {self.outputs}, {'tuned' if self.tuned else 'static'}"

    @torch.no_grad()
    def fill(self, ids: Int[Tensor, " found"], vectors: Float[Tensor, "found channels"]) -> None:
        """Put the vectors of these ids into the table."""
        self.vectors[ids] = vectors.to(self.vectors)

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        x = look_up(batch.fields[self.reads[0]], self.vectors, field=self.reads[0])
        return F.dropout(x, self.dropout, self.training), state

    def table(self) -> Tensor:
        """The vectors, (size, channels)."""
        return self.vectors
