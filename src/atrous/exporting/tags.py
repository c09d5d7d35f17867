"""Whether the tags that every way of reading a tagger comes to are the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from atrous.exporting.parity import EXPORT_ROUNDING, Reading, scale_of
from atrous.runtime.lattice import best_of_rows
from atrous.runtime.readable import Readable

TAGS = "tags"  # the name of this comparison, among the ways

Places = NDArray[np.int64]


def tags_agree(readable: Readable, found: Mapping[str, Tensor], reference: Tensor, starts: Places) -> Reading:
    """How much less the tags of any way are worth than the best ones, a step: 0 where they are the same.

    A tag is worth its logit where every row is read alone, a row's tags besides what the chain of a CRF adds. What two
    ways may differ by can turn one of two equally good answers into the other: twice that is tolerated, of an export.

    found: by the name of a way, its logits, (steps of all rows, labels). reference: those of the rows alone.
    starts: row r is steps starts[r] ... starts[r + 1] - 1.

    >>> import torch
    >>> alone, other = torch.tensor([[1.0, 3.0], [0.0, 1.0]]), torch.tensor([[3.0, 1.0], [0.0, 1.0]])
    >>> read = Readable("tags", ("A", "B"))
    >>> tags_agree(read, {"batched": other}, alone, np.array([0, 2])).difference
    1.0
    """
    logits = reference.nan_to_num().float().numpy()
    best = _worth(readable, logits, tags_of(readable, logits, starts), starts)
    worst = 0.0
    alike = [other for other in found.values() if other.shape == reference.shape and bool(other.isfinite().all())]
    for other in alike:
        tags = tags_of(readable, other.float().numpy(), starts)
        lost = (best - _worth(readable, logits, tags, starts)) / np.maximum(np.diff(starts), 1)
        worst = max(worst, float(lost.max(initial=0.0)))
    known = len(alike) == len(found) and bool(reference.isfinite().all())
    return Reading(TAGS, worst if known else float("nan"), 2 * EXPORT_ROUNDING * scale_of(reference))


def tags_of(readable: Readable, logits: NDArray[np.float32], starts: Places) -> Places:
    """The tag of every step; of a CRF those of the best paths."""
    return logits.argmax(1) if readable.chain is None else best_of_rows(logits, starts, readable.chain)


def _worth(readable: Readable, logits: NDArray[np.float32], tags: Places, starts: Places) -> NDArray[np.float64]:
    """What the tags of each row score."""
    steps = logits[np.arange(len(tags)), tags].astype(np.float64)
    if readable.chain is not None and len(tags):
        chain = readable.chain.priced()
        inside = np.ones(len(tags), bool)
        lengths = np.diff(starts)
        first = starts[:-1][lengths > 0]
        inside[first] = False
        steps += np.where(inside, chain.transitions[np.roll(tags, 1), tags], 0.0)
        steps[first] += chain.begin[tags[first]]
        last = starts[1:][lengths > 0] - 1
        steps[last] += chain.end[tags[last]]
    sums = np.concatenate([[0.0], steps.cumsum()])
    return np.asarray(sums[starts[1:]] - sums[starts[:-1]])
