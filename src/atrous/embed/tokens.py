"""A learned vector for every token, and for every pair of neighbours."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool
from torch import Tensor, nn

from atrous.contract import Batch, Embed, State
from atrous.embed.lookup import look_up
from atrous.window import Cost, Window

_MULTIPLIER = 0x9E3779B1  # 2**32 divided by the golden ratio: neighbouring ids land far apart


class Tokens(Embed):
    """The vector of each token; with `bigrams`, plus that of the pair it forms with the token before.

    Shapes: ids (batch, time) -> (batch, time, channels). Sees: its token, and with bigrams the one before.

    size: how many ids there are, padding (0) and unknown (1) included.
    field: the field of the batch that is read: "ids", or "beside" for the second representation.
    bigrams: how many vectors the pairs share by hashing; 0 for none. The first token's pair is with padding.
    dropout: the share of numbers dropped while training.

    >>> batch = Batch(torch.tensor([[5, 7, 0]]), torch.tensor([2]))
    >>> Tokens(10, 4, bigrams=100)(batch).shape
    torch.Size([1, 3, 4])

    Raises ValueError if size or channels is below 1 or bigrams below 0.
    Source: Joulin et al. 2016, Bag of Tricks, section 2.1 (hashed bigrams), https://arxiv.org/abs/1607.01759
    """

    def __init__(self, size: int, channels: int, *, bigrams: int = 0, dropout: float = 0.0, field: str = "ids") -> None:
        super().__init__()
        if min(size, channels) < 1 or bigrams < 0:
            raise ValueError(
                f"Tokens needs size >= 1, channels >= 1 and bigrams >= 0, got {size}, {channels} and {bigrams}"
            )
        self.size, self.outputs, self.bigrams, self.dropout = size, channels, bigrams, dropout
        self.reads = (field,)
        self.window = Window(left=1 if bigrams else 0)
        self.cost = Cost((size + bigrams) * channels)
        self.vectors = nn.Parameter(torch.randn(size, channels) * 0.5)
        self.pairs = nn.Parameter(torch.randn(bigrams, channels) * 0.1) if bigrams else None

    def extra_repr(self) -> str:
        return f"{self.size}, {self.outputs}" + (f", bigrams={self.bigrams}" if self.bigrams else "")

    def start(self, batch: int) -> State:
        if self.pairs is None:
            return ()
        return torch.zeros(batch, 1, dtype=torch.long, device=self.vectors.device)

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        ids = batch.fields[self.reads[0]].long()
        x = look_up(ids, self.vectors, field=self.reads[0])
        if self.pairs is not None:
            before = torch.cat([state, torch.where(mask, ids, ids.new_zeros(()))], 1)
            # A masked step is no neighbour: a chunk that begins with one leaves the pair of the first token as it is.
            pair = (before[:, :-1] * self.size + ids) * _MULTIPLIER % 2**32 % self.bigrams
            x, state = x + F.embedding(pair, self.pairs), before[:, -1:]
        return F.dropout(x, self.dropout, self.training), state

    def table(self) -> Tensor | None:
        """The vectors, (size, channels), if the embedding is nothing but this table; else None."""
        return self.vectors if self.pairs is None else None
