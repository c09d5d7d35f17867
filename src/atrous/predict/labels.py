"""Any number of labels."""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from atrous.losses import binary_cross_entropy
from atrous.window import linear_cost


class Labels(nn.Module):
    """Scores for every label from one vector; a sigmoid makes each a probability of its own.

    Shapes: (batch, inputs) -> (batch, labels), logits.

    dropout: the share of the vector's numbers dropped while training (Kim 2014, section 2.1).
    threshold: the probability from which on a label is given.

    >>> import torch
    >>> Labels(4, 3).probabilities(torch.zeros(1, 3))
    tensor([[0.5000, 0.5000, 0.5000]])

    Raises ValueError if there is no label, or the threshold is not between 0 and 1.
    """

    score = "micro_f1"

    __call__: Callable[..., Tensor]

    def __init__(self, inputs: int, labels: int, *, dropout: float = 0.0, threshold: float = 0.5) -> None:
        super().__init__()
        if labels < 1 or not 0 < threshold < 1:
            raise ValueError(f"Labels needs a label and 0 < threshold < 1, got labels={labels}, threshold={threshold}")
        self.dropout, self.threshold = dropout, threshold
        self.cost = linear_cost(inputs, labels)
        self.linear = nn.Linear(inputs, labels)

    def forward(self, vector: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch labels"]:
        logits: Tensor = self.linear(F.dropout(vector, self.dropout, self.training))
        return logits

    def loss(
        self,
        logits: Float[Tensor, "batch labels"],
        targets: Float[Tensor, "batch labels"],
        *,
        weights: Float[Tensor, " labels"] | None = None,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """The mean binary cross-entropy, in nats; targets are 0, 1 or between."""
        return binary_cross_entropy(logits, targets, weights=weights, smoothing=smoothing)

    def probabilities(self, logits: Float[Tensor, "batch labels"]) -> Float[Tensor, "batch labels"]:
        """The readable form: one probability a label, each for itself."""
        return logits.sigmoid()

    def counts(
        self, logits: Float[Tensor, "batch labels"], targets: Float[Tensor, "batch labels"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """Two numbers whose sums over all rows divide to the micro F1: 2 x right, given + wanted."""
        given, wanted = self.probabilities(logits) >= self.threshold, targets >= 0.5
        return 2.0 * (given & wanted).sum(), 1.0 * (given.sum() + wanted.sum())
