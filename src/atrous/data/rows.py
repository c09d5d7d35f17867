"""Rows that are read again and again: a list while they are few, else on disk."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import overload

import numpy as np
from numpy.typing import NDArray

from atrous.data.spool import Spool
from atrous.data.tables import Row

FEW = 50_000  # rows of a list at most ...
SIZE = 1 << 24  # ... and characters of their texts
_BLOCK = 4096  # rows whose places are looked up together

Places = NDArray[np.int64] | NDArray[np.int32]


def keep(rows: Iterable[Row], *, folder: PathLike[str] | None = None) -> Sequence[Row]:
    """The rows, in a list if they are few, else as `Rows`.

    folder: where the file of the many goes; None for the system's folder for temporary files.

    >>> [row.text for row in keep([Row("good", "pos", "", 1)])]
    ['good']

    Raises what `Spool` raises.
    """
    source = iter(rows)
    held: list[Row] = []
    size = 0
    for row in source:
        held.append(row)
        size += len(row.text)
        if len(held) > FEW or size > SIZE:
            return Rows.of(_emptying(held, source), folder=folder)
    return held


def take(rows: Sequence[Row], places: NDArray[np.bool_]) -> Sequence[Row]:
    """The rows where places is True, in their order.

    >>> [row.line for row in take([Row("", "", "", 1), Row("", "", "", 2)], np.array([False, True]))]
    [2]
    """
    if isinstance(rows, Rows):
        return rows.take(np.flatnonzero(places))
    return [row for row, taken in zip(rows, places.tolist(), strict=True) if taken]


class Rows(Sequence[Row]):
    """Rows on disk; each is made anew whenever it is asked for. In memory they take 4 bytes a row at most.

    content, starts: row r is pickled in content[starts[r] : starts[r + 1]], in files that only this process can open.
    places: which rows these are, in order; None for all.
    """

    def __init__(self, content: NDArray[np.uint8], starts: NDArray[np.int64], places: Places | None = None) -> None:
        self._content, self._starts, self._places = content, starts, places
        self._bytes = content.data  # whose slices cost a tenth of an array's

    @classmethod
    def of(cls, rows: Iterable[Row], *, folder: PathLike[str] | None = None) -> Rows:
        """These rows.

        >>> rows = Rows.of([Row("good", "pos", "", 1), Row("bad", "neg", "", 2)])
        >>> len(rows), rows[1].text, [row.label for row in rows]
        (2, 'bad', ['pos', 'neg'])
        """
        content, starts = Spool(np.uint8, folder=folder), Spool(np.int64, folder=folder)
        starts.add(np.zeros(1, np.int64))
        for row in rows:
            content.add(pickle.dumps(tuple(row), pickle.HIGHEST_PROTOCOL))  # a plain tuple, at a third of the cost
            starts.add(content.size.to_bytes(8, sys.byteorder))
        return cls(content.read(), starts.read())

    def take(self, places: NDArray[np.int64]) -> Rows:
        """The rows at these places among these."""
        chosen = places if self._places is None else self._places[places]
        small = chosen.astype(np.int32) if len(self._starts) < 2**31 else chosen
        return Rows(self._content, self._starts, small)

    def __len__(self) -> int:
        return len(self._starts) - 1 if self._places is None else len(self._places)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(f"there are {len(self)} rows, got {place}")
        return next(self._made(place % len(self), place % len(self) + 1))

    def __iter__(self) -> Iterator[Row]:
        for first in range(0, len(self), _BLOCK):
            yield from self._made(first, min(first + _BLOCK, len(self)))

    def _made(self, first: int, last: int) -> Iterator[Row]:
        places = np.arange(first, last) if self._places is None else self._places[first:last]
        starts, ends = self._starts[places].tolist(), self._starts[places + 1].tolist()
        for start, end in zip(starts, ends, strict=True):
            yield Row(*pickle.loads(self._bytes[start:end]))


def _emptying(held: list[Row], rest: Iterator[Row]) -> Iterator[Row]:
    """The rows of the list, which is emptied on the way, and then the rest."""
    held.reverse()
    while held:
        yield held.pop()
    yield from rest
