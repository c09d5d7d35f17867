"""What training makes small."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

Weights = Float[Tensor, " labels"]


def cross_entropy(
    logits: Float[Tensor, "batch labels"],
    targets: Int[Tensor, " batch"] | Float[Tensor, "batch labels"],
    *,
    weights: Weights | None = None,
    smoothing: float = 0.0,
) -> Float[Tensor, ""]:
    """The mean negative log-probability of the right labels, in nats; or the mean cross-entropy with distributions.

    targets: the labels' numbers, or a distribution a row.
    weights: of each label's rows; the mean over numbered labels is then the weighted one, as torch defines it.
    smoothing: the share of each target that is spread evenly over all labels.

    >>> import torch
    >>> round(float(cross_entropy(torch.zeros(3, 2), torch.tensor([0, 1, 0]))), 4)
    0.6931

    Source of the smoothing: Szegedy et al. 2016, section 7, https://arxiv.org/abs/1512.00567
    """
    wanted = targets.to(logits.dtype) if targets.is_floating_point() else targets.long()
    return F.cross_entropy(logits, wanted, weight=weights, label_smoothing=smoothing)


def binary_cross_entropy(
    logits: Float[Tensor, "batch labels"],
    targets: Float[Tensor, "batch labels"],
    *,
    weights: Weights | None = None,
    smoothing: float = 0.0,
) -> Float[Tensor, ""]:
    """The mean over rows and labels of each label's own cross-entropy, in nats.

    targets: 1 where a row has the label, 0 where not, or a probability.
    weights: by how much the rows that have a label count more than those that do not.
    smoothing: a target y becomes y (1 - smoothing) + smoothing / 2.

    >>> import torch
    >>> round(float(binary_cross_entropy(torch.zeros(3, 2), torch.ones(3, 2))), 4)
    0.6931
    """
    wanted = targets.to(logits.dtype) * (1 - smoothing) + smoothing / 2
    return F.binary_cross_entropy_with_logits(logits, wanted, pos_weight=weights)
