"""One label out of several."""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from atrous.losses import cross_entropy
from atrous.window import linear_cost


class Classes(nn.Module):
    """Scores for every label from one vector; a softmax makes them probabilities.

    Shapes: (batch, inputs) -> (batch, labels), logits.

    dropout: the share of the vector's numbers dropped while training (Kim 2014, section 2.1).

    >>> import torch
    >>> Classes(4, 3).probabilities(torch.zeros(1, 3))
    tensor([[0.3333, 0.3333, 0.3333]])

    Raises ValueError if there are fewer than two labels.
    """

    score = "accuracy"

    __call__: Callable[..., Tensor]

    def __init__(self, inputs: int, labels: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        if labels < 2:
            raise ValueError(f"Classes needs at least two labels, got {labels}")
        self.dropout = dropout
        self.cost = linear_cost(inputs, labels)
        self.linear = nn.Linear(inputs, labels)

    def forward(self, vector: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch labels"]:
        logits: Tensor = self.linear(F.dropout(vector, self.dropout, self.training))
        return logits

    def loss(
        self,
        logits: Float[Tensor, "batch labels"],
        targets: Int[Tensor, " batch"] | Float[Tensor, "batch labels"],
        *,
        weights: Float[Tensor, " labels"] | None = None,
        smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """The mean cross-entropy, in nats; targets are the labels' numbers, or a distribution a row."""
        return cross_entropy(logits, targets, weights=weights, smoothing=smoothing)

    def probabilities(self, logits: Float[Tensor, "batch labels"]) -> Float[Tensor, "batch labels"]:
        """The readable form: one probability a label, summing to one a row."""
        return logits.softmax(-1)

    def counts(
        self, logits: Float[Tensor, "batch labels"], targets: Int[Tensor, " batch"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """Two numbers whose sums over all rows divide to the accuracy: rows that are right, rows."""
        right = 1.0 * (logits.argmax(1) == targets).sum()
        return right, right.new_tensor(float(len(targets)))
