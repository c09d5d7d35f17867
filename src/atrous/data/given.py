"""Rows handed over in Python instead of in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from itertools import chain, islice
from os import PathLike
from typing import Any

from atrous.data.text import Source, named
from atrous.data.values import Record, Records, kind_of, plain
from atrous.errors import DataError


class Given:
    """Any iterable of dictionaries from column to value, one a row, such as a `datasets.Dataset`.

    rows: read as often as needed, or once if it can be read but once. The numbers of a `datasets.ClassLabel` become
        the names that they stand for.
    name: what messages call the rows.

    >>> list(Given([{"text": "good", "stars": 5}], "data").records())
    [(1, {'text': 'good', 'stars': '5'})]

    Raises TypeError if rows is no iterable, and DataError for a dictionary of columns or of whole data sets.
    """

    def __init__(self, rows: Any, name: str) -> None:
        if isinstance(rows, Mapping):
            raise DataError(
                f"{name}: expected an iterable of rows, got a dictionary of {', '.join(map(repr, list(rows)[:5]))}; "
                "give one data set, such as splits['train'], or a list of dictionaries, one a row"
            )
        if not isinstance(rows, Iterable):
            raise TypeError(f"{name} needs a path or an iterable of dictionaries, got {type(rows).__name__}")
        self.rows, self.name = rows, name
        self.kind = type(rows).__name__
        self._once = iter(rows) if isinstance(rows, Iterator) else None
        self._head: list[tuple[int, Record]] = []
        self._spent = False
        self._names = _class_names(rows)

    def head(self, count: int) -> list[tuple[int, Record]]:
        """The first rows, without spending an iterator."""
        if self._once is None:
            return list(islice(self.records(), count))
        source = self._records(self._once, len(self._head))
        self._head += islice(source, max(0, count - len(self._head)))
        if not self._head:
            raise self._empty()
        return self._head[:count]

    def records(self) -> Records:
        """Each row with its number, counted from 1; numbers as `Number`.

        Raises DataError, with the row, for one that is no dictionary, if there is none, and if an iterator that can
        be read once was read before.
        """
        if self._spent:
            raise DataError(
                f"{self.name}: an iterator can be read once, and was; give something that can be read again, "
                "such as a list or a datasets.Dataset"
            )
        self._spent = self._once is not None
        last = 0
        for last, record in chain(self._head, self._records(self._once or iter(self.rows), len(self._head))):
            yield last, record
        if not last:
            raise self._empty()

    @property
    def count(self) -> int | None:
        """How many rows there are; None where that is not known."""
        return len(self.rows) if isinstance(self.rows, Sized) else None

    def _records(self, rows: Iterator[Any], before: int) -> Records:
        for number, row in enumerate(rows, before + 1):
            if not isinstance(row, Mapping):
                raise DataError(
                    f"{self.name} row {number}: expected a dictionary from column to value, got {kind_of(row)}; "
                    "give one dictionary a row, as csv.DictReader and datasets.Dataset do"
                )
            record = {str(column): plain(value) for column, value in row.items()}
            for column, names in self._names.items():
                if column in record:
                    record[column] = _named(record[column], names)
            yield number, record

    def _empty(self) -> DataError:
        return DataError(f"{self.name}: no rows; give at least one")


Table = Source | Given


def table(data: Any, name: str) -> Table:
    """What was given as data: a path as it is, rows as `Given` under that name.

    Raises what `Given` raises.
    """
    return data if isinstance(data, str | PathLike | Given) else Given(data, name)


def described(data: Table) -> str:
    """What a model card calls its data.

    >>> described("reviews.csv"), described(Given([{}], "data"))
    ('reviews.csv', 'rows of a list')
    """
    return f"rows of a {data.kind}" if isinstance(data, Given) else named(data)


def _class_names(rows: Iterable[Any]) -> dict[str, list[str]]:
    """The columns of a `datasets.Dataset` that hold numbers of classes, with the classes' names."""
    features = getattr(rows, "features", None)
    if not isinstance(features, Mapping):
        return {}
    # A column of lists says of what they are.
    inner: dict[str, Any] = {column: getattr(feature, "feature", feature) for column, feature in features.items()}
    return {column: list(one.names) for column, one in inner.items() if type(one).__name__ == "ClassLabel"}


def _named(value: Any, names: list[str]) -> Any:
    """The name of a class, or of each in a list; None for -1, which says that a row has no label."""
    if isinstance(value, list):
        return [_named(plain(one), names) for one in value]
    place = int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else -1
    return names[place] if 0 <= place < len(names) else None
