"""Rows of like length together, and rows that are too long. Needs numpy alone; every export carries a copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atrous.errors import DataError

Places = NDArray[np.int64]

CHUNK = 4096  # steps of a long row that are read at once, if the model streams
LONG = 4 * CHUNK  # rows of more steps are long


def by_length(lengths: Places, *, rows: int = 256, steps: int = 4096) -> list[tuple[Places, int]]:
    """Every row once, in batches of like length, each with the number of steps to pad it to.

    A batch has `rows` rows, or a half, a quarter, ... of it: as many as, padded, have at most `steps` steps; one row
    may have more.

    There are few shapes, so that memory does not grow while a large file is answered: torch keeps something for every
    shape that a convolution has met (benchmarks/predict_memory.py).

    >>> [(batch.tolist(), time) for batch, time in by_length(np.array([5, 1, 40, 1]), rows=2)]
    [([1, 3], 1), ([0, 2], 40)]
    """
    order = np.argsort(lengths, kind="stable")
    batches, start = [], 0
    while start < len(order):
        count = rows
        while count > 1 and not _fits(lengths, order[start : start + count], count, steps):
            count //= 2
        batch = order[start : start + count]
        batches.append((batch, _evened(int(lengths[batch[-1]]))))
        start += count
    return batches


def _fits(lengths: Places, batch: Places, count: int, steps: int) -> bool:
    """Whether there are so many rows left and, padded, they have at most `steps` steps."""
    return len(batch) == count and count * _evened(int(lengths[batch[-1]])) <= steps


def _evened(length: int) -> int:
    """The length, rounded up to one of eight in every doubling: by an eighth at most.

    >>> [_evened(length) for length in (0, 1, 16, 17, 33, 100)]
    [1, 1, 16, 18, 36, 104]
    """
    unit = 1 << max(0, (length - 1).bit_length() - 4)
    return max(1, -(-length // unit) * unit)


def check_longest(steps: int, most: int | None) -> None:
    """Refuse a row of more steps than `most`; None is no limit. Raises DataError, saying what to do instead.

    >>> check_longest(5, 3)
    Traceback (most recent call last):
    atrous.errors.DataError: a text of 5 tokens is too long for this model, which must see the whole of it at once: it
    takes at most 3; cut the text, or train an encoder that reads in chunks, such as tcn or lstm
    """
    if most is not None and steps > most:
        raise DataError(
            f"a text of {steps:,} tokens is too long for this model, which must see the whole of it at once: it takes "
            f"at most {most:,}; cut the text, or train an encoder that reads in chunks, such as tcn or lstm"
        )
