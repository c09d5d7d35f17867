"""Logits to probabilities. Needs numpy alone; every export carries a copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.float32], *, digits: int | None = 6) -> NDArray[np.float64]:
    """The probabilities of logits, (rows, labels), rounded to six digits: those that are printed, and compared.

    digits: how many there are; None for all.

    >>> softmax(np.array([[0.0, 1.0]], np.float32))
    array([[0.268941, 0.731059]])
    """
    shifted = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    probabilities: NDArray[np.float64] = shifted / shifted.sum(1, keepdims=True)
    return probabilities if digits is None else np.round(probabilities, digits)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """The probability of each label by itself, (rows, labels).

    >>> sigmoid(np.array([[0.0, -1000.0]], np.float32)).tolist()
    [[0.5, 0.0]]
    """
    return np.asarray(np.exp(-np.logaddexp(0.0, -logits.astype(np.float64))))
