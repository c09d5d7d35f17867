"""Words from their features."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool
from torch import Tensor, nn

from atrous.contract import Batch, Embed, State
from atrous.embed.lookup import look_up
from atrous.runtime.features import Features
from atrous.window import Cost

MARK = 8  # numbers of the vector of a shape, and of that of an affix


class Marked(Embed):
    """A vector for each word made of its features: its shape's, each affix's, and the sum of its two hashed ones.

    Shapes: features (batch, time, kinds) -> (batch, time, outputs). Sees: its word.

    features: which there are. channels: numbers of the hashed vector, if there is one; the others have 8 each, side by
        side.
    dropout: the share of numbers dropped while training.

    Words that share one hashed row seldom share the other too, so few rows tell many words apart. The weights that the
    source gives each word's two rows would need a vocabulary, and are left out.

    >>> features = Features(shape=True, hashed=1000)
    >>> ids = torch.from_numpy(features(["London", "calling"]))[None]
    >>> Marked(features, 16)(Batch(None, torch.tensor([2]), features=ids)).shape
    torch.Size([1, 2, 24])

    Raises ValueError if channels is below 1; reading, for words with another number of features.
    Source: Svenstrup, Hansen, Winther 2017, Hash Embeddings for Efficient Word Representations, section 3,
    https://arxiv.org/abs/1709.03933
    """

    reads = ("features",)

    def __init__(self, features: Features, channels: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        if channels < 1:
            raise ValueError(f"Marked needs channels >= 1, got {channels}")
        self.features, self.dropout = features, dropout
        # Each kind of shape and affix has rows of its own in one table.
        sizes = features.sizes[: len(features.sizes) - 2 * bool(features.hashed)]
        self.starts = [sum(sizes[:kind]) for kind in range(len(sizes))]
        self.vectors = nn.Parameter(torch.randn(sum(sizes), MARK) * 0.5) if sizes else None
        self.hashed = nn.Parameter(torch.randn(features.hashed + 1, channels) * 0.5) if features.hashed else None
        self.outputs = MARK * len(sizes) + channels * bool(features.hashed)
        self.cost = Cost(sum(parameter.numel() for parameter in self.parameters()))

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.features.to_json().items())

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        ids, found = batch.fields["features"], []
        plain = len(self.starts)
        if ids.shape[-1] != self.features.kinds:
            raise ValueError(f"features: {self.features.kinds} a word are needed, got {ids.shape[-1]}")
        if self.vectors is not None:
            starts = torch.tensor(self.starts, dtype=ids.dtype, device=ids.device)
            found.append(look_up(ids[..., :plain] + starts, self.vectors, field="features").flatten(-2))
        if self.hashed is not None:
            found.append(look_up(ids[..., plain:], self.hashed, field="features").sum(-2))
        return F.dropout(torch.cat(found, -1), self.dropout, self.training), state
