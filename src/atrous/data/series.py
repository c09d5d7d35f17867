"""Series of numbers in the cells of a table."""

from __future__ import annotations

from atrous.data.formats import at, format_of, named
from atrous.data.given import Table
from atrous.data.guess import known
from atrous.data.values import Record
from atrous.errors import DataError, quoted
from atrous.runtime.series import parse


def series(path: Table, line: int, record: Record, column: str, features: int) -> tuple[str, int]:
    """The series in a column as text, and how many features its steps have; a list of numbers becomes text.

    features: how many there must be; 0 for as many as the first step has, or none if it has no step.

    >>> series("a.jsonl", 1, {"load": [[1, None], [2.5, 3]]}, "load", 0)
    ('1.0,? 2.5,3.0', 2)

    Raises DataError, with file, line and step, for what is no series or has steps of another number of features.
    """
    if column not in record:
        known(at(path, line) if format_of(path) in ("jsonl", "rows") else named(path), column, list(record))
    value = record[column]
    try:
        numbers = parse(value, features=features)
    except DataError as error:
        raise DataError(f"{at(path, line)}: column {quoted(column)}: {error}") from error
    text = value if isinstance(value, str) else written(numbers.tolist())
    return text, numbers.shape[1] if len(numbers) else features


def written(steps: list[list[float]]) -> str:
    """Numbers as the text that `parse` reads back to the same numbers.

    >>> written([[0.1, float("nan")], [2.0, -3.5]])
    '0.1,? 2.0,-3.5'
    """
    return " ".join(",".join("?" if number != number else repr(number) for number in step) for step in steps)
