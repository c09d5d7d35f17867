"""What logits on the test rows say: which rows are right, which labels are confused, how far to trust probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.comparing.several import parts
from atrous.data.tables import Row
from atrous.runtime.probable import sigmoid, softmax
from atrous.runtime.readable import Readable
from atrous.tasks.calibration import calibration

MISTAKES = 40  # the most certain ones, so many at most
_SHOWN = 1_000  # characters of a text

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judge:
    """What is right on the test rows. readable: how logits are read. targets: as `Targets.array` gives them."""

    readable: Readable
    targets: NDArray[Any]

    @property
    def several(self) -> bool:
        """Whether a row can have any number of labels."""
        return self.readable.kind == "labels"

    def counts(self, logits: NDArray[np.float32]) -> Floats:
        """What each row adds to the score: 1 or 0, (rows,), or the two parts of micro F1, (rows, 2).

        >>> judge = Judge(Readable("classes", ("neg", "pos")), np.array([0, 1]))
        >>> judge.counts(np.array([[2, 0], [1, 0]], np.float32)).tolist()
        [1.0, 0.0]
        """
        if self.several:
            return parts(self._given(logits), self.targets > 0.5)
        return np.asarray(logits.argmax(1) == self.targets, np.float64)

    def confusion(self, logits: NDArray[np.float32]) -> list[list[int]] | None:
        """How many rows of each label, one a line, got each answer; None where a row can have several labels."""
        if self.several:
            return None
        labels = len(self.readable.labels)
        cells = np.bincount(self.targets * labels + logits.argmax(1), minlength=labels * labels)
        found: list[list[int]] = cells.reshape(labels, labels).tolist()
        return found

    def calibration(self, logits: NDArray[np.float32]) -> tuple[list[dict[str, Any]], float]:
        """Of each bin of probability that has rows how sure the answers are and how often they are right; and how far
        the two lie apart in the mean over all rows (the expected calibration error).

        Binned is the probability of the answer; where a row can have several labels, that of every label of every row.
        """
        if self.several:
            sure, right = sigmoid(logits).ravel(), (self.targets > 0.5).ravel()
        else:
            sure, right = softmax(logits, digits=None).max(1), logits.argmax(1) == self.targets
        return calibration(sure, right)

    def mistakes(self, logits: NDArray[np.float32], rows: Sequence[Row]) -> list[dict[str, Any]]:
        """The rows that are answered wrongly, the most certain first, `MISTAKES` of them at most."""
        if self.several:
            probable, given = sigmoid(logits), self._given(logits)
            sure = np.where(given, probable, 1 - probable).prod(1)
            wrong = np.flatnonzero((given != (self.targets > 0.5)).any(1))
        else:
            sure = softmax(logits, digits=None).max(1)
            wrong = np.flatnonzero(logits.argmax(1) != self.targets)
        chosen = wrong[np.argsort(-sure[wrong], kind="stable")][:MISTAKES]
        answers = self.readable(logits[chosen]) if len(chosen) else []
        return [
            {
                "text": _shown(rows[int(place)]),
                "label": rows[int(place)].label,
                "answer": answer.label,
                "probability": answer.probability,
                "line": rows[int(place)].line,
            }
            for place, answer in zip(chosen, answers, strict=True)
        ]

    def on_test(self, logits: NDArray[np.float32], rows: Sequence[Row]) -> dict[str, Any]:
        """What results.json says of the best model."""
        bins, error = self.calibration(logits)
        return {
            "labels": list(self.readable.labels),
            "confusion": self.confusion(logits),
            "calibration": bins,
            "calibration_error": error,
            "errors": self.mistakes(logits, rows),
        }

    def _given(self, logits: NDArray[np.float32]) -> NDArray[np.bool_]:
        return np.asarray(sigmoid(logits) >= self.readable.threshold)


def _shown(row: Row) -> str:
    """The text, or both, cut to what a page can show."""
    whole = row.text if row.beside is None else f"{row.text} / {row.beside}"
    return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"
