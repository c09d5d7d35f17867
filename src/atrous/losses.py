"""What training makes small."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def cross_entropy(logits: Float[Tensor, "batch labels"], targets: Int[Tensor, " batch"]) -> Float[Tensor, ""]:
    """The mean negative log-probability of the right labels, in nats.

    >>> import torch
    >>> round(float(cross_entropy(torch.zeros(3, 2), torch.tensor([0, 1, 0]))), 4)
    0.6931
    """
    return F.cross_entropy(logits, targets.long())
