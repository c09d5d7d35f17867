"""Tokens of many rows, flat in memory, and the padded batches cut from them. The one reader that makes tensors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.contract import Batch
from atrous.runtime.tokeniser import Tokeniser

Places = NDArray[np.int64]


class Examples:
    """The ids of every row, end to end, and the number of each row's label.

    Row r is ids[starts[r] : starts[r + 1]]: 4 bytes a token and 16 a row, no Python object a row.

    >>> rows = Examples.of(Tokeniser("characters", False, ("a", "b")), ["ab", "", "b"], [0, 1, 0])
    >>> rows.lengths.tolist()
    [2, 0, 1]
    >>> rows.batch([2, 0])[0].ids.tolist()
    [[3, 0], [2, 3]]
    """

    def __init__(self, ids: NDArray[np.int32], starts: Places, targets: Places) -> None:
        self.ids, self.starts, self.targets = ids, starts, targets

    @classmethod
    def of(cls, tokeniser: Tokeniser, texts: Iterable[str], targets: Sequence[int] | None = None) -> Examples:
        """The rows of these texts; without targets every row has label 0."""
        rows = [tokeniser(text) for text in texts]
        starts = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        ids = np.concatenate([*rows, np.zeros(0, np.int32)])
        return cls(ids, starts, np.zeros(len(rows), np.int64) if targets is None else np.array(targets, np.int64))

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def lengths(self) -> Places:
        """Tokens of each row."""
        return np.diff(self.starts)

    def batch(self, rows: Sequence[int] | Places, *, time: int | None = None) -> tuple[Batch, Tensor]:
        """The chosen rows, padded on the right to `time` steps or to the longest (at least one), and their targets."""
        places = np.asarray(rows, np.int64)
        lengths = self.starts[places + 1] - self.starts[places]
        ids = np.zeros((len(places), time or max(1, int(lengths.max(initial=0)))), np.int32)
        for row, (start, length) in enumerate(zip(self.starts[places], lengths, strict=True)):
            ids[row, :length] = self.ids[start : start + length]
        return Batch(torch.from_numpy(ids), torch.from_numpy(lengths)), torch.from_numpy(self.targets[places])


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
