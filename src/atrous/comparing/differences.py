"""Which differences between models are more than luck of the test rows: the paired bootstrap."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
_TAIL = 2.5  # per cent of the resamples beyond each end of an interval
_BLOCK = 1 << 22  # numbers of a block of resamples
_WORK = 2 * 10**8  # rows x resamples at most; of many rows a thousand resamples say as much

Counts = NDArray[Any]


def differences(counts: Mapping[str, Counts], resamples: int = RESAMPLES, seed: int = 0) -> list[dict[str, Any]]:
    """Of every pair: the difference of the scores on test, its 95 % interval, and whether it is clear of zero.

    counts: by the name of a model one of two arrays. (seeds, rows): whether each row was answered right; its score is
        the mean. (seeds, rows, 2): each row's part of a ratio's numerator and of its denominator, as 2 x right and
        given + wanted of micro F1; its score is the ratio of the sums. A model's score is the mean over its seeds.
    resamples: how often the test rows are drawn anew, with replacement, the same rows for all models at once; fewer,
        but never below 1,000, where there are more than 20,000 rows.

    A pair is named `better` and `worse` by the scores on the rows as they are; largest differences first.

    >>> right = np.array([[1, 1, 1, 1, 0, 1, 1, 1]])
    >>> differences({"always": right * 0 + 1, "never": right * 0})[0]["clear"]
    True
    >>> differences({"a": right, "b": right[:, ::-1]})[0]["clear"]
    False

    Raises ValueError if the arrays do not have the same rows, or no rows.
    Source: Efron, Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (the percentile interval); for the
    paired use: Berg-Kirkpatrick, Burkett, Klein 2012, section 2, https://aclanthology.org/D12-1091
    """
    whole, drawn = redrawn(counts, resamples, seed)
    found = []
    for pair in combinations(counts, 2):
        better, worse = sorted(pair, key=lambda name: -whole[name])
        low, high = np.percentile(drawn[better] - drawn[worse], [_TAIL, 100 - _TAIL])
        found.append(
            {
                "better": better,
                "worse": worse,
                "difference": float(whole[better] - whole[worse]),
                "low": float(low),
                "high": float(high),
                "clear": bool(low > 0),
            }
        )
    return sorted(found, key=lambda one: -one["difference"])


def redrawn(
    counts: Mapping[str, Counts], resamples: int = RESAMPLES, seed: int = 0
) -> tuple[dict[str, float], dict[str, Counts]]:
    """The score of each model on the test rows as they are, and on each resample of them; see `differences`.

    >>> whole, drawn = redrawn({"a": np.array([[1, 1, 0, 0]])})
    >>> whole, drawn["a"].shape, bool(abs(drawn["a"].mean() - 0.5) < 0.01)
    ({'a': 0.5}, (10000,), True)

    Raises ValueError if the arrays do not have the same rows, or no rows.
    """
    rows = {array.shape[1] for array in counts.values()}
    if len(rows) > 1 or 0 in rows:
        raise ValueError(f"differences needs the same rows for every model, at least one, got {sorted(rows)}")
    parts = {name: _ratio(array) for name, array in counts.items()}
    whole = {name: float(_scores(part, np.ones((1, part.shape[1])))[0]) for name, part in parts.items()}
    count = next(iter(rows), 1)
    return whole, _resampled(parts, count, min(resamples, max(1000, _WORK // count)), seed)


def _ratio(array: Counts) -> Counts:
    """As (seeds, rows, 2): of what is right or wrong, the denominator is 1 a row."""
    numbers = np.asarray(array, np.float64)
    return numbers if numbers.ndim == 3 else np.stack([numbers, np.ones_like(numbers)], 2)


def _resampled(parts: Mapping[str, Counts], rows: int, resamples: int, seed: int) -> dict[str, Counts]:
    """The score of each model on each resample; all models see the same rows."""
    generator = np.random.default_rng(seed)
    found: dict[str, list[Counts]] = {name: [] for name in parts}
    block = max(1, _BLOCK // rows)
    for first in range(0, resamples, block):
        # How often each row was drawn is all that a sum over the rows needs to know.
        times = generator.multinomial(rows, np.full(rows, 1 / rows), min(block, resamples - first))
        for name, part in parts.items():
            found[name].append(_scores(part, times.astype(np.float64)))
    return {name: np.concatenate(scores) for name, scores in found.items()}


def _scores(part: Counts, times: Counts) -> Counts:
    """The mean over the seeds of the ratio of the sums, for each way to count the rows: (resamples,)."""
    sums = np.einsum("nr,srk->nsk", times, part, optimize=True)
    means: Counts = (sums[..., 0] / np.maximum(sums[..., 1], 1)).mean(1)
    return means
