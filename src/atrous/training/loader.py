"""The training batches: an order that follows from (seed, epoch) alone, and a place in it that can be saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from atrous.contract import Batch
from atrous.data.batch import Examples, Places
from atrous.runtime.lengths import by_length

_POOL = 50  # batches whose rows are sorted by length together


class Loader:
    """Batches of like length, in an order drawn anew each epoch; stopped anywhere, it goes on exactly there.

    rows: rows a batch; with `world` processes each takes its own batches of that many.
    Every process draws the same order and takes every `world`-th batch of it.

    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> texts = ["a" * length for length in range(1, 11)]
    >>> loader = Loader(Examples.of(Reader(Tokeniser("bytes", False, ())), texts), rows=4, seed=0)
    >>> sorted(len(batch.lengths) for batch, _ in loader)
    [2, 4, 4]
    >>> loader.state_dict()
    {'epoch': 1, 'position': 0}

    Raises ValueError if there are no rows.
    """

    def __init__(self, examples: Examples, *, rows: int, seed: int, rank: int = 0, world: int = 1) -> None:
        if not len(examples):
            raise ValueError("Loader needs rows to draw from, got none")
        self.examples, self.rows, self.seed, self.rank, self.world = examples, rows, seed, rank, world
        self.epoch, self.position = 0, 0

    def __len__(self) -> int:
        """Batches an epoch, for each process."""
        batches = -(-len(self.examples) // self.rows)
        return max(1, batches // self.world)

    def __iter__(self) -> Iterator[tuple[Batch, Tensor]]:
        rows, batches = self._order()
        while self.position < len(self):
            first = self.rows * int(batches[(self.position * self.world + self.rank) % len(batches)])
            # On before the batch goes out: whoever saves the state while it is used must not see it again, and a
            # trainer stops after len() batches without asking for the end.
            self.position += 1
            if last := self.position == len(self):
                self.epoch, self.position = self.epoch + 1, 0
            yield self.examples.batch(rows[first : first + self.rows].astype(np.int64))
            if last:
                return

    def _order(self) -> tuple[NDArray[np.signedinteger[Any]], Places]:
        """The rows of this epoch, shuffled and sorted by length within pools, and the order of the batches in them.

        Batch b is `rows` of them from b * `rows` on: 4 bytes a row, whatever their number.
        """
        generator = np.random.default_rng([self.seed, self.epoch])
        starts, count = self.examples.starts, len(self.examples)
        rows: NDArray[np.signedinteger[Any]] = np.arange(count, dtype=np.int32 if count < 2**31 else np.int64)
        generator.shuffle(rows)
        for first in range(0, count, _POOL * self.rows):
            pool = rows[first : first + _POOL * self.rows]
            pool[:] = pool[np.argsort(starts[pool + 1] - starts[pool], kind="stable")]
        return rows, generator.permutation(-(-count // self.rows))

    def state_dict(self) -> dict[str, int]:
        """Where the next batch comes from."""
        return {"epoch": self.epoch, "position": self.position}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on where `state_dict` was taken."""
        self.epoch, self.position = state["epoch"], state["position"]


class Steady:
    """The batches that a model is judged by: every row once, of like length, in the same order each time.

    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> rows = Steady(Examples.of(Reader(Tokeniser("bytes", False, ())), ["a long one", "b", "c"]))
    >>> [batch.lengths.tolist() for batch, _ in rows]
    [[1, 1], [10]]
    """

    def __init__(self, examples: Examples) -> None:
        self.examples = examples
        self._batches = by_length(examples.lengths)

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[tuple[Batch, Tensor]]:
        for rows, time in self._batches:
            yield self.examples.batch(rows, time=time)
