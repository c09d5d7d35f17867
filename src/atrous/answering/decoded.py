"""The tags that a tagger's logits come to, and how sure it is of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atrous.model import Model
from atrous.predict import CRF
from atrous.runtime.lattice import best_of_rows, read_rows
from atrous.runtime.probable import softmax

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
    if isinstance(model.predict, CRF):
        chain = model.predict.chain
        tags = np.asarray(best_of_rows(logits, starts, chain), np.int64)
        marginals = [lattice.marginals() for lattice in read_rows(logits, starts, chain)]
        probable = np.concatenate([*marginals, np.zeros((0, logits.shape[1]))])
    else:
        tags, probable = logits.argmax(1), softmax(logits, digits=None)
    return Decoded(tags, np.asarray(probable[np.arange(len(tags)), tags], np.float64))
