"""What a linear chain adds to the labels' scores, and rows that are read together. Needs numpy alone; exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32] | NDArray[np.float64]
Places = NDArray[np.int64]

# What a forbidden move costs, in nats. exp(-1e4) is 0 in every float format, and 10,000 such moves still add to a
# finite float32. It is a sign rather than a price: where a row has any allowed path, forbidden moves are impossible,
# whatever the emissions are; where it has none, its best path is the one that costs least.
FORBIDDEN = -1e4
_BLOCK = 2**16  # numbers that are compared at once: they should fit into a core's cache


class Chain(NamedTuple):
    """What a linear chain adds to the emissions of each label: begin and end (labels,), transitions (from, to).

    >>> chain = Chain(np.zeros(2, np.float32), np.zeros((2, 2), np.float32), np.zeros(2, np.float32))
    >>> chain.allowing([True, False], [[True, True], [False, True]], [True, True]).transitions.tolist()
    [[0.0, 0.0], [-10000.0, 0.0]]
    """

    begin: Numbers
    transitions: Numbers
    end: Numbers

    def allowing(self, first: Sequence[bool], pairs: Sequence[Sequence[bool]], last: Sequence[bool]) -> Chain:
        """The same chain, where whatever is not allowed is `FORBIDDEN`: what `schemes.follows` says."""
        allowed = (np.asarray(part, bool) for part in (first, pairs, last))
        each = (np.where(part, numbers, FORBIDDEN) for part, numbers in zip(allowed, self, strict=True))
        return Chain(*(numbers.astype(np.float32) for numbers in each))

    def priced(self) -> Chain:
        """In double, forbidden moves at their price."""
        return Chain(*(np.asarray(numbers, np.float64) for numbers in self))

    def strict(self) -> Chain:
        """In double, forbidden moves at minus infinity."""
        return Chain(*(np.where(numbers <= FORBIDDEN / 2, -np.inf, numbers) for numbers in self.priced()))


class Steps(NamedTuple):
    """Rows that are read together, the longest first: at each step, where the rows that are so long have theirs."""

    rows: Places
    places: list[Places]


def blocks(rows: Places, starts: Places, chain: Chain) -> Iterator[Steps]:
    """Rows of like length together; empty ones are left out, and nothing is padded."""
    lengths = np.diff(starts)[rows]
    order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
    count = max(1, _BLOCK // len(chain.end) ** 2)
    for first in range(0, len(order), count):
        block = order[first : first + count]
        begins, long = starts[rows[block]], lengths[block]
        counts = np.searchsorted(-long, -np.arange(long[0]), side="left").tolist()
        yield Steps(rows[block], [begins[:some] + step for step, some in enumerate(counts)])


def check(emissions: Numbers, chain: Chain) -> None:
    """Refuse shapes that do not fit each other: ValueError."""
    labels = len(chain.end)
    shapes = (emissions.shape[1:], chain.begin.shape, chain.transitions.shape, chain.end.shape)
    if not labels or shapes != ((labels,), (labels,), (labels, labels), (labels,)):
        raise ValueError(
            "expected emissions (steps, labels) and a chain of begin (labels,), transitions (labels, labels) and end "
            f"(labels,), got {emissions.shape}, {chain.begin.shape}, {chain.transitions.shape} and {chain.end.shape}"
        )
