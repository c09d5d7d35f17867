"""How a file of vectors is written, from its beginning."""

from __future__ import annotations

from typing import NamedTuple

from atrous.data.text import Source, blocks, named
from atrous.errors import DataError

_LOOKED_AT = 1 << 18  # bytes; a line of 4,096 numbers has 50,000 or so
_OF_NUMBERS = b"0123456789+-.eE \t\r"


class Head(NamedTuple):
    """What the beginning of a file says. promised: how many words there are, None where nothing says it (GloVe)."""

    binary: bool
    promised: int | None
    channels: int


def head(path: Source) -> Head:
    """What kind of vectors file this is: text with or without a first line "count channels", or word2vec's binary form.

    Raises DataError if it is none, and as `atrous.data.text.lines` does if it cannot be read.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "vectors.txt"
    ...     _ = path.write_text("good 0.5 1 -2\\nfilm 1 2 3\\n")
    ...     head(path)
    Head(binary=False, promised=None, channels=3)
    """
    start = b""
    for block in blocks(path):
        start += block
        if len(start) >= _LOOKED_AT:
            break
    first, _, rest = start.partition(b"\n")
    fields = first.rstrip().split(b" ")
    if len(fields) == 2 and all(field.isdigit() for field in fields):
        count, channels = map(int, fields)
        if channels:
            line, _, _ = rest.partition(b"\n")
            return Head(bool(rest) and numbers(line) < channels, count, channels)
    elif found := min(numbers(first), len(fields) - 1):
        return Head(False, None, found)
    raise DataError(
        f"{named(path)}: no file of vectors: line 1 is neither 'COUNT NUMBERS' nor a word and its numbers; "
        "give word2vec's text or binary form, or GloVe's"
        if start
        else f"{named(path)}: nothing in it; give word2vec's text or binary form, or GloVe's"
    )


def numbers(line: bytes) -> int:
    """How many numbers a line ends in.

    >>> numbers(b"1 2 . . 0.5 -1e-3")
    2
    """
    found = 0
    for field in reversed(line.rstrip().split(b" ")):
        if not is_number(field):
            break
        found += 1
    return found


def is_number(field: bytes) -> bool:
    """Whether this is a finite number in decimal digits."""
    if not field or field.translate(None, _OF_NUMBERS):
        return False
    try:
        float(field)
    except ValueError:
        return False
    return True


def of_numbers(fields: str) -> bool:
    """Whether there are only signs that numbers are written with: a quick look, for lines that are not kept."""
    return fields.isascii() and not fields.encode("ascii").translate(None, _OF_NUMBERS)
