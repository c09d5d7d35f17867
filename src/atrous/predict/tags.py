"""A tag for every step, each by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from atrous.losses import cross_entropy
from atrous.runtime.schemes import spans_of
from atrous.window import linear_cost

PADDED = -1  # the target of a step that is not there
PLAIN = "plain"  # the scheme of tags that are no spans


class Tags(nn.Module):
    """Scores for every tag from the vector of each step; a softmax a step makes them probabilities.

    Shapes: (batch, time, inputs) -> (batch, time, labels), logits. Targets are (batch, time), -1 where a row is padded.

    labels: the tags, in the order of the logits. scheme: how they name spans, as in `atrous.runtime.schemes`.
    dropout: the share of each vector's numbers dropped while training.

    >>> head = Tags(4, ["B-PER", "I-PER", "O"], scheme="iob2")
    >>> head(torch.zeros(1, 5, 4)).shape, head.score
    (torch.Size([1, 5, 3]), 'span_f1')

    Raises ValueError if there are fewer than two tags.
    """

    __call__: Callable[..., Tensor]

    def __init__(self, inputs: int, labels: Sequence[str], *, scheme: str, dropout: float = 0.0) -> None:
        super().__init__()
        if len(labels) < 2:
            raise ValueError(f"Tags needs at least two tags, got {len(labels)}")
        self.labels, self.scheme, self.dropout = tuple(labels), scheme, dropout
        self.score = score_of(scheme)
        self.cost = linear_cost(inputs, len(labels))
        self.linear = nn.Linear(inputs, len(labels))

    def forward(self, x: Float[Tensor, "batch time inputs"]) -> Float[Tensor, "batch time labels"]:
        logits: Tensor = self.linear(F.dropout(x, self.dropout, self.training))
        return logits

    def loss(
        self,
        logits: Float[Tensor, "batch time labels"],
        targets: Int[Tensor, "batch time"],
        *,
        weights: Float[Tensor, " labels"] | None = None,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """The mean cross-entropy of the real steps, in nats; 0 where there is none."""
        real = targets != PADDED
        if not real.any():
            return 0.0 * logits.sum()
        return cross_entropy(logits[real], targets[real], weights=weights, smoothing=smoothing)

    def probabilities(self, logits: Float[Tensor, "batch time labels"]) -> Float[Tensor, "batch time labels"]:
        """The readable form: one probability a tag, summing to one a step."""
        return logits.softmax(-1)

    def counts(
        self, logits: Float[Tensor, "batch time labels"], targets: Int[Tensor, "batch time"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """Two numbers whose sums over all rows divide to the score; see `counted`."""
        return counted(logits.argmax(-1), targets, self.labels, self.scheme)


def score_of(scheme: str) -> str:
    """What taggers are judged by: the F1 of whole spans, or the share of tokens that are right."""
    return "accuracy" if scheme == PLAIN else "span_f1"


def counted(
    given: Int[Tensor, "batch time"], targets: Int[Tensor, "batch time"], labels: Sequence[str], scheme: str
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """2 x right spans and given + wanted spans; or, where tags are plain, right tokens and tokens.

    >>> wanted, labels = torch.tensor([[0, 1, 2, -1]]), ["B-PER", "I-PER", "O"]
    >>> [float(number) for number in counted(torch.tensor([[0, 1, 0, 0]]), wanted, labels, "iob2")]
    [2.0, 3.0]
    """
    real: Bool[Tensor, "batch time"] = targets != PADDED
    if scheme == PLAIN:
        return torch.sum(1.0 * (given == targets) * real), torch.sum(1.0 * real)
    right = both = 0
    for row, wanted, length in zip(given.tolist(), targets.tolist(), real.sum(1).tolist(), strict=True):
        found, there = ({*spans_of([labels[place] for place in tags[:length]], scheme)} for tags in (row, wanted))
        right, both = right + len(found & there), both + len(found) + len(there)
    return torch.tensor(2.0 * right, device=given.device), torch.tensor(float(both), device=given.device)
