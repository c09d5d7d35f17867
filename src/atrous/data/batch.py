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

    def batch(self, rows: Sequence[int] | Places) -> tuple[Batch, Tensor]:
        """The chosen rows, padded on the right to the longest (at least one step), and their targets."""
        places = np.asarray(rows, np.int64)
        lengths = self.starts[places + 1] - self.starts[places]
        ids = np.zeros((len(places), max(1, int(lengths.max(initial=0)))), np.int32)
        for row, (start, length) in enumerate(zip(self.starts[places], lengths, strict=True)):
            ids[row, :length] = self.ids[start : start + length]
        return Batch(torch.from_numpy(ids), torch.from_numpy(lengths)), torch.from_numpy(self.targets[places])


def by_length(lengths: Places, *, rows: int = 256, steps: int = 4096) -> list[Places]:
    """Every row once, in batches of like length: at most `rows` rows and, padded, at most `steps` steps each.

    A row longer than `steps` is a batch of its own. Batches of 4,096 steps stay in a processor's cache: with 32,768 no
    encoder is faster, and torch holds more memory the more shapes it has seen (benchmarks/predict_memory.py).

    >>> [batch.tolist() for batch in by_length(np.array([5, 1, 4, 1]), rows=2)]
    [[1, 3], [2, 0]]
    """
    order = np.argsort(lengths, kind="stable")
    batches, start = [], 0
    while start < len(order):
        end = start + 1
        while end < len(order) and end - start < rows and (end - start + 1) * lengths[order[end]] <= steps:
            end += 1
        batches.append(order[start:end])
        start = end
    return batches
