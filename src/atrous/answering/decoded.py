"""The tags that a tagger's logits come to, and how sure it is of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atrous.model import Model
from atrous.predict import CRF
from atrous.runtime import tagging

Places = NDArray[np.int64]


class Decoded(NamedTuple):
    """Of every step of all rows, row after row, the number of its tag, and how probable that tag is there."""

    tags: Places
    sure: NDArray[np.float64]


def decoded(model: Model, logits: NDArray[np.float32], starts: Places) -> Decoded:
    """What a tagger answers: of a CRF the best path of each row, else the most probable tag of each step.

    logits: (steps of all rows, labels); row r is steps starts[r] ... starts[r + 1] - 1.

    >>> from atrous.config import load
    >>> from atrous.tasks.tag import build
    >>> model = build(load(task="tag", encode="bag"), sizes={"ids": 9}, labels=("A", "B"))
    >>> decoded(model, np.array([[2, 2], [0, 9]], np.float32), np.array([0, 2])).tags.tolist()
    [0, 1]
    """
    chain = model.predict.chain if isinstance(model.predict, CRF) else None
    paths = [*tagging.decoded(logits, starts, chain)]
    tags = np.concatenate([np.zeros(0, np.int64), *(path.tags for path in paths)])
    sure = np.concatenate([np.zeros(0), *(path.sure for path in paths)])
    return Decoded(tags, sure)
