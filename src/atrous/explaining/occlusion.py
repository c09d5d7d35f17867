"""Occlusion: what a label's log-odds lose when a piece is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from atrous.answering.predict import logits
from atrous.data.batch import Examples
from atrous.data.progress import Progress
from atrous.explaining.odds import log_odds
from atrous.explaining.pieces import Part, Places
from atrous.model import Model
from atrous.runtime.arrays import Arrays, padded, steps_of

MOST = 400  # pieces that are left out one at a time; of more, several together
STEPS = 4_000_000  # that are read for all of it, which is why a very long text is left out in fewer runs
_FEWEST = 32
_BATCH = 64

Floats = NDArray[np.float64]


def together(pieces: int, steps: int) -> int:
    """How many pieces are left out at once, for a row of so many steps.

    >>> together(400, 400), together(401, 401), together(60_000, 60_000)
    (1, 2, 910)
    """
    most = min(MOST, max(_FEWEST, STEPS // max(1, steps)))
    return max(1, math.ceil(pieces / most))


def occlusions(
    model: Model, arrays: Arrays, found: Places, parts: Sequence[Part], label: int, *, quiet: bool = True
) -> tuple[Floats, float]:
    """By how much the label's log-odds fall when each piece is left out, in nats, and when all are.

    A text's piece is taken out, so that what stood around it meets: no vector has to stand for "nothing", which a model
    may never have seen; a text without the piece is a text. A step of a series is not taken out, which would change the
    time of all later ones: its values become those of the training rows' mean.

    Of a text of more than 400 pieces several are left out together, and each of them has what all of them lose.

    Source: Zeiler, Fergus 2014, Visualizing and Understanding Convolutional Networks, section 4.2,
    https://arxiv.org/abs/1311.2901; leaving words out: Li, Monroe, Jurafsky 2016, Understanding Neural Networks through
    Representation Erasure, section 2, https://arxiv.org/abs/1612.08220
    """
    size = together(len(parts), steps_of(arrays))
    runs = [parts[start : start + size] for start in range(0, len(parts), size)]
    real = {field: len(spans) for field, (_, spans) in found.fields.items()}
    rows = [arrays, without(arrays, parts, real), *(without(arrays, run, real) for run in runs)]
    odds: list[float] = []
    with Progress(quiet=quiet, what="leaving out", total=len(rows)) as progress:
        for start in range(0, len(rows), _BATCH):
            read = logits(model, examples_of(rows[start : start + _BATCH]))
            odds += log_odds(model.predict, read, label).double().tolist()
            progress.show(len(odds))
    whole, nothing, *rest = odds
    losses = [whole - one for one, run in zip(rest, runs, strict=True) for _ in run]
    return np.array(losses, np.float64), whole - nothing


def without(arrays: Arrays, parts: Sequence[Part], real: dict[str, int]) -> Arrays:
    """The arrays of a row from which the steps of some pieces are gone. real: how many steps each field has."""
    gone = {field: [step for part in parts for step in part.steps.get(field, ())] for field in real}
    if "values" in arrays:
        values = arrays["values"].copy()
        values[gone["values"]] = 0.0
        return {"values": values}
    steps = max(count - len(gone[field]) for field, count in real.items())
    made = {}
    for name, array in arrays.items():
        left = np.delete(array, gone["ids" if name in ("characters", "features") else name], axis=0)
        made[name] = padded(left[:steps], steps)
    return made


def examples_of(rows: Sequence[Arrays]) -> Examples:
    """Rows that were read already."""
    starts = np.array([0, *_ends(rows)], np.int64)
    arrays = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return Examples(arrays, starts, np.zeros(len(rows), np.int64))


def _ends(rows: Sequence[Arrays]) -> Iterator[int]:
    end = 0
    for row in rows:
        end += steps_of(row)
        yield end
