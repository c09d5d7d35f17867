"""How sure a tagger is of the tags of a run of steps, as something that a gradient can be taken of."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from atrous.predict import CRF, Head

_NEVER = -1e9  # far below what a scheme forbids


def tags_log_odds(
    head: Head, logits: Float[Tensor, "rows time labels"], start: int, tags: Sequence[int]
) -> Float[Tensor, " rows"]:
    """log(p / (1 - p)) of the probability p that these tags stand at start, start + 1, ...; in nats, in double.

    Of a softmax p is the product of the tags' probabilities; of a CRF the share of all paths that have them there.

    What is not these tags begins to differ at one of the steps: 1 - p is summed over which, so that nothing cancels.

    >>> from atrous.predict import Tags
    >>> logits = torch.tensor([[[0.0, 0.0], [0.0, 1.0]]])
    >>> tags_log_odds(Tags(4, ["A", "B"], scheme="plain"), logits, 1, [1])
    tensor([1.], dtype=torch.float64)
    """
    rows, time, labels = logits.shape
    count, whole = len(tags), logits.double()
    if not isinstance(head, CRF):
        whole, start, time = whole[:, start : start + count], 0, count
    bars = torch.zeros(count + 1, time, labels, dtype=torch.float64, device=logits.device)
    for step, tag in enumerate(tags):
        bars[step, start + step, tag] = _NEVER
        bars[step + 1 :, start + step] = _NEVER
        bars[step + 1 :, start + step, tag] = 0.0
    weights = _weights(head, (whole[:, None] + bars).flatten(0, 1)).reshape(rows, count + 1)
    return weights[:, count] - weights[:, :count].logsumexp(1)


def _weights(head: Head, logits: Float[Tensor, "rows time labels"]) -> Float[Tensor, " rows"]:
    """The logarithm of the summed weights of all paths of each row."""
    if not isinstance(head, CRF):
        return torch.sum(logits.logsumexp(2), 1)
    begin, transitions, end = (torch.from_numpy(part).to(logits) for part in head.chain)
    sums = begin + logits[:, 0]
    for step in range(1, logits.shape[1]):
        sums = (sums[:, :, None] + transitions).logsumexp(1) + logits[:, step]
    total: Tensor = (sums + end).logsumexp(1)
    return total
