"""Logits to what a reader wants: a label and its probability. Needs numpy alone; every export carries a copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Answer(NamedTuple):
    """The label of a text, how probable it is, and how probable every label is."""

    label: str
    probability: float
    probabilities: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints for a row.

        >>> Answer("pos", 0.75, {"neg": 0.25, "pos": 0.75}).to_json()
        {'label': 'pos', 'probability': 0.75, 'probabilities': {'neg': 0.25, 'pos': 0.75}}
        """
        return self._asdict()


def answers(logits: NDArray[np.float32], labels: Sequence[str]) -> list[Answer]:
    """One answer a row of logits, (rows, labels). Probabilities are a softmax, rounded to six digits.

    >>> answers(np.array([[0.0, 1.0]], np.float32), ["neg", "pos"])
    [Answer(label='pos', probability=0.731059, probabilities={'neg': 0.268941, 'pos': 0.731059})]
    """
    shifted = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    probabilities = np.round(shifted / shifted.sum(1, keepdims=True), 6).tolist()
    best = logits.argmax(1).tolist()
    return [
        Answer(labels[place], row[place], dict(zip(labels, row, strict=True)))
        for place, row in zip(best, probabilities, strict=True)
    ]
