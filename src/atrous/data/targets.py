"""From what a row says of its answer to the numbers a model learns and is judged by. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from atrous.data.spool import Spool
from atrous.data.tables import Row
from atrous.errors import ConfigError, suggestion

Numbers = NDArray[np.int64] | NDArray[np.float32]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Targets:
    """How the answers of rows are written as numbers.

    labels: in the order of the logits.
    several: whether a row can have any number of them; separator: what then stands between them in `Row.label`.
    soft: whether rows have probabilities to learn from. What rows are judged by is never soft: see `judged`.
    scheme: how the tags of rows that are tagged name spans, as in `atrous.runtime.schemes`; None of others.

    A row's target is the number of its label; or, if it can have several or is soft, one number from 0 to 1 a label;
    or the number of each token's tag.

    >>> Targets(("neg", "pos")).of(Row("good", "pos", "", 1))
    1
    >>> Targets(("art", "sport", "war"), several=True).of(Row("...", "war|art", "", 1))
    [1.0, 0.0, 1.0]
    >>> Targets(("neg", "pos"), soft=True).of(Row("good", "pos", "", 1, soft={"neg": 0.25, "pos": 0.75}))
    [0.25, 0.75]
    >>> tagged = Targets(("B-PER", "O"), scheme="iob2")
    >>> tagged.of(Row("Ann left", "", "", 1, tokens=("Ann", "left"), tags=("B-PER", "O")))
    [0, 1]
    """

    labels: tuple[str, ...]
    several: bool = False
    separator: str = "|"
    soft: bool = False
    scheme: str | None = None

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each label."""
        return {label: number for number, label in enumerate(self.labels)}

    @property
    def judged(self) -> Targets:
        """The same with the rows' labels alone."""
        return replace(self, soft=False)

    def named(self, row: Row) -> tuple[str, ...]:
        """The labels that the row has, or its tags.

        >>> Targets((), several=True).named(Row("...", "", "", 1))
        ()
        """
        if self.scheme is not None:
            return row.tags
        if not self.several:
            return (row.label,)
        return tuple(row.label.split(self.separator)) if row.label else ()

    def of(self, row: Row) -> int | list[int] | list[float]:
        """The target of one row. Raises KeyError if it has a label that is not among `labels`."""
        if self.scheme is not None:
            return [self.numbers[tag] for tag in row.tags]
        if self.soft and row.soft is not None:
            return [row.soft.get(label, 0.0) for label in self.labels]
        if not (self.several or self.soft):
            return self.numbers[row.label]
        target = [0.0] * len(self.labels)
        for label in self.named(row):
            target[self.numbers[label]] = 1.0
        return target

    def zeros(self, rows: int) -> Numbers:
        """Room for the targets of so many rows: int64 (rows,), or float32 (rows, labels)."""
        if self.several or self.soft:
            return np.zeros((rows, len(self.labels)), np.float32)
        return np.zeros(rows, np.int64)

    def array(self, rows: Sequence[Row], *, folder: PathLike[str] | None = None) -> Numbers:
        """The targets of all these rows; of tagged ones, of all their tokens, row after row.

        folder: where the file of them goes if they are many; None for the system's temporary files.
        """
        nothing = self.zeros(0)
        spool = Spool(nothing.dtype, shape=nothing.shape[1:], folder=folder)
        for row in rows:
            spool.add(np.array(self.of(row), nothing.dtype))
        return spool.read()


def class_weights(wanted: Literal["balanced"] | dict[str, float], targets: Numbers, known: Targets) -> Floats:
    """How much each label weighs in the loss, in the order of the labels.

    wanted: a weight for some labels, the others having 1; or "balanced": rows / (labels x rows of the label), where a
        row has one label, and rows without / rows with, where it can have several.
    targets: those of the training rows. Soft ones count by their probabilities.

    >>> class_weights("balanced", np.array([0, 0, 0, 1]), Targets(("neg", "pos"))).tolist()
    [0.6666666865348816, 2.0]

    Raises ConfigError if it names a label that there is not.
    """
    if wanted != "balanced":
        for label in wanted:
            if label not in known.numbers:
                guess = suggestion(label, known.labels)
                there = ", ".join(one[:60] for one in known.labels[:20]) + (", ..." if len(known.labels) > 20 else "")
                raise ConfigError(f"train.class_weights: no label {label!r}{guess}; the labels are {there}")
        return np.array([wanted.get(label, 1.0) for label in known.labels], np.float32)
    rows, labels = len(targets), len(known.labels)
    having = targets.sum(0, dtype=np.float64) if targets.ndim == 2 else np.bincount(targets, minlength=labels)
    # A label that no training row has is not learnt from, whatever its weight.
    wishes = (rows - having) / np.maximum(having, 1) if known.several else rows / (labels * np.maximum(having, 1))
    return np.where(having > 0, wishes, 1.0).astype(np.float32)
