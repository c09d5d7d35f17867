"""How far probabilities can be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 10  # of probability, all of one width


def calibration(sure: NDArray[Any], right: NDArray[np.bool_]) -> tuple[list[dict[str, Any]], float]:
    """Of each bin of probability that has answers how sure they are and how often they are right; and how far the two
    lie apart in the mean over all answers (the expected calibration error).

    sure: the probability of each answer. right: whether it is.

    >>> bins, error = calibration(np.array([0.9, 0.95, 0.5]), np.array([True, False, False]))
    >>> bins[1], error
    ({'low': 0.9, 'high': 1.0, 'rows': 2, 'confidence': 0.925, 'right': 0.5}, 0.45)

    Source: Guo, Pleiss, Sun, Weinberger 2017, On Calibration of Modern Neural Networks, section 2,
    https://arxiv.org/abs/1706.04599
    """
    place = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    rows = np.bincount(place, minlength=BINS)
    confidence = np.bincount(place, sure, BINS) / np.maximum(rows, 1)
    accuracy = np.bincount(place, right, BINS) / np.maximum(rows, 1)
    bins = [
        {
            "low": one / BINS, "high": (one + 1) / BINS, "rows": int(rows[one]),
            "confidence": round(float(confidence[one]), 4), "right": round(float(accuracy[one]), 4),
        }
        for one in range(BINS) if rows[one]
    ]  # fmt: skip
    return bins, round(float((rows * np.abs(confidence - accuracy)).sum() / max(1, rows.sum())), 4)
