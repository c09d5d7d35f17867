"""What a model reads of many rows, flat in memory or in files, and the padded batches cut from it.

The one module of the data that makes tensors.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.contract import Batch
from atrous.data.spool import Spool
from atrous.data.targets import Numbers
from atrous.runtime.reader import Reader, Row, steps_of

Places = NDArray[np.int64]


class Examples:
    """The arrays of every row, end to end, and each row's target, as `Targets` says it.

    arrays: by the name of a field of Batch; the first axis of each is the steps of all rows. They may be files mapped
        into memory.
    starts: row r is steps starts[r] ... starts[r + 1] - 1.
    cut: how many of the rows were longer than the reader reads.

    There is no Python object a row: 16 bytes, and 4 a token.

    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> reader = Reader(Tokeniser("characters", False, ("a", "b")))
    >>> rows = Examples.of(reader, ["ab", "", "b"], [0, 1, 0])
    >>> rows.lengths.tolist()
    [2, 0, 1]
    >>> rows.batch([2, 0])[0].ids.tolist()
    [[3, 0], [2, 3]]
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], starts: Places, targets: Numbers, *, cut: int = 0) -> None:
        self.arrays, self.starts, self.targets, self.cut = dict(arrays), starts, targets, cut

    @classmethod
    def of(
        cls,
        reader: Reader,
        rows: Iterable[Row],
        targets: Sequence[int] | Numbers | None = None,
        *,
        folder: PathLike[str] | None = None,
    ) -> Examples:
        """What the reader reads of these rows, read once; without targets every row has label 0.

        folder: where the file of the steps goes if they are many; None for the system's temporary files.
        """
        spools = {name: Spool(one.dtype, shape=one.shape[1:], folder=folder) for name, one in reader.empty.items()}
        starts = Spool(np.int64, folder=folder)
        last = cut = 0
        starts.add(last.to_bytes(8, sys.byteorder))
        for row in rows:
            whole = reader.whole(row)
            steps = steps_of(whole)
            read = steps if reader.max_steps is None else min(steps, reader.max_steps)
            for name, array in whole.items():
                spools[name].add(array[:read])
            last, cut = last + read, cut + (steps > read)
            starts.add(last.to_bytes(8, sys.byteorder))
        places = np.array(starts.read())  # looked up for every batch: 8 bytes a row are worth it
        if not isinstance(targets, np.ndarray):
            targets = np.array([0] * (len(places) - 1) if targets is None else targets, np.int64)
        return cls({name: spool.read() for name, spool in spools.items()}, places, targets, cut=cut)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def lengths(self) -> Places:
        """Steps of each row."""
        return np.diff(self.starts)

    def batch(self, rows: Sequence[int] | Places, *, time: int | None = None) -> tuple[Batch, Tensor]:
        """The chosen rows, padded on the right to `time` steps or to the longest (at least one), and their targets."""
        places = np.asarray(rows, np.int64)
        lengths = self.starts[places + 1] - self.starts[places]
        steps = time or max(1, int(lengths.max(initial=0)))
        fields: dict[str, Tensor] = {}
        for name, array in self.arrays.items():
            padded = np.zeros((len(places), steps, *array.shape[1:]), array.dtype)
            for row, (start, length) in enumerate(zip(self.starts[places], lengths, strict=True)):
                padded[row, :length] = array[start : start + length]
            fields[name] = torch.from_numpy(padded)
        batch = Batch(fields.pop("ids", None), torch.from_numpy(lengths), **fields)
        return batch, torch.from_numpy(self.targets[places])


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
