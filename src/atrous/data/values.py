"""What a record holds, wherever it comes from: texts, numbers as they are written, and what is neither."""

from __future__ import annotations

import numbers
from collections.abc import Generator
from typing import Any

Record = dict[str, Any]
Records = Generator[tuple[int, Record], None, None]


class Number(str):
    """A number as its file writes it, so that the label 1.50 of a JSON file stays 1.50."""


def plain(value: Any) -> Any:
    """The value of a table or of Python as JSON would hold it: numbers as `Number`, nothing and NaN as None.

    NumPy's numbers and texts are Python's here.

    >>> plain(3), plain(0.5), plain(float("nan")), plain("three"), plain(True)
    ('3', '0.5', None, 'three', True)
    """
    if type(value) is str or value is None:
        return value
    if type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, numbers.Real):
        return Number(value) if value == value else None  # pandas writes NaN where a value is missing
    return value


def kind_of(value: object) -> str:
    """What a value is, in JSON's words where JSON has one.

    >>> kind_of(None), kind_of([1]), kind_of(Number("3")), kind_of(b"x")
    ('null', 'a list', 'a number', 'a value of type bytes')
    """
    if value is None:
        return "null"
    kinds = {str: "a text", Number: "a number", bool: "a boolean", dict: "an object", list: "a list"}
    return kinds.get(type(value), f"a value of type {type(value).__name__}")
