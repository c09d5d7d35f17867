"""What an explanation explains: the log-odds of a label."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from atrous.predict import Classes, Head


def log_odds(head: Head, logits: Float[Tensor, "rows labels"], label: int) -> Float[Tensor, " rows"]:
    """log(p / (1 - p)) of a label's probability p, in nats.

    Of one label out of several it is its logit less the logarithm of the sum of the others' exponentials: of two, the
    difference of their logits. Where a text can have any number of labels, each logit is its label's log-odds already.

    >>> log_odds(Classes(4, 2), torch.tensor([[1.0, 3.0]]), 1)
    tensor([2.])
    """
    own = logits[:, label]
    if not isinstance(head, Classes):
        return own
    others = torch.cat([logits[:, :label], logits[:, label + 1 :]], 1)
    return own - others.logsumexp(1)
