"""The words of a vectors file and their numbers, one at a time; words are UTF-8 read as latin-1.

Many files hold a few words that are no UTF-8. Read as latin-1 no word is refused, and those that are sought are found
under the same disguise: see `disguised`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from atrous.data.text import Source, blocks, lines, named
from atrous.errors import DataError
from atrous.vectors.head import Head, is_number, of_numbers

Word = tuple[str, NDArray[np.float32] | None]

_LONGEST = 1 << 16  # bytes of a word; a file in which no space comes for so long is no vectors file


def disguised(word: str) -> str:
    """A word as `words` gives it: its UTF-8, read as latin-1.

    >>> disguised("é")
    'Ã©'
    """
    return word.encode("utf-8", "surrogatepass").decode("latin-1")


def words(path: Source, found: Head, wanted: Collection[str]) -> Iterator[Word]:
    """Every word of the file, disguised, with its vector if the word is wanted, else with None.

    Raises DataError with file and line (of a binary file: word and byte) for what is not as it should be.
    """
    return _binary(path, found, wanted) if found.binary else _text(path, found, wanted)


def _text(path: Source, found: Head, wanted: Collection[str]) -> Iterator[Word]:
    name, channels, count = named(path), found.channels, 0
    for number, line in lines(path, encoding="latin-1"):
        if number == 1 and found.promised is not None:
            continue
        line = line.rstrip(" \t\r")
        if not line:
            continue
        word, _, rest = line.partition(" ")
        if line.count(" ") != channels:
            word, rest = _with_spaces(line, channels, f"{name} line {number}")
        count += 1
        if count - 1 == found.promised:
            raise DataError(f"{name} line {number}: one word more than the {count - 1:,} that line 1 promises")
        if not of_numbers(rest):
            wrong = next(field for field in rest.split(" ") if not is_number(field.encode("utf-8")))
            raise DataError(f"{name} line {number}: expected {channels} numbers after the word, got {wrong!r:.40}")
        yield word, _vector(rest, channels, f"{name} line {number}") if word in wanted else None
    if found.promised is not None and count < found.promised:
        raise DataError(
            f"{name}: cut short: line 1 promises {found.promised:,} words, there are {count:,}; copy the file again"
        )


def _with_spaces(line: str, channels: int, where: str) -> tuple[str, str]:
    """A word that holds spaces itself, and its numbers."""
    fields = line.split(" ")
    extra = len(fields) - 1 - channels
    if extra < 0 or is_number(fields[1].encode("utf-8")):
        raise DataError(
            f"{where}: expected a word and {channels} numbers as on the lines before, got {len(fields) - 1}; "
            "vectors must be of one length: remove the line, or copy the file again"
        )
    return " ".join(fields[: extra + 1]), " ".join(fields[extra + 1 :])


def _vector(written: str, channels: int, where: str) -> NDArray[np.float32]:
    fields = written.split(" ")
    try:
        vector = np.array([float(field) for field in fields])
    except ValueError as error:
        raise DataError(f"{where}: expected {channels} numbers after the word; one is none: {error}") from error
    with np.errstate(over="ignore"):
        return _finite(vector.astype(np.float32), where)


def _finite(vector: NDArray[np.float32], where: str) -> NDArray[np.float32]:
    if not np.isfinite(vector).all():
        raise DataError(f"{where}: a number that is not finite; remove the word, or copy the file again")
    return vector


def _binary(path: Source, found: Head, wanted: Collection[str]) -> Iterator[Word]:
    name, size = named(path), 4 * found.channels
    source, held, at, read = blocks(path), b"", 0, 0  # at: the place in what is held; read: bytes before it

    def more() -> bool:
        nonlocal held, at, read
        block = next(source, b"")
        held, at, read = held[at:] + block, 0, read + at
        return bool(block)

    while (end := held.find(b"\n", at)) < 0 and more():
        pass
    at = end + 1
    for number in range(1, (found.promised or 0) + 1):
        while (space := held.find(b" ", at)) < 0 and len(held) - at < _LONGEST and more():
            pass
        while space >= 0 and len(held) < space + 1 + size:
            before = at
            if not more():
                break
            space -= before
        if space < 0 or len(held) < space + 1 + size:
            what = "no space after a word" if len(held) - at >= _LONGEST and space < 0 else "cut short"
            raise DataError(
                f"{name}: {what} in word {number:,} of {found.promised:,}, at byte {read + at}: expected a word, a "
                f"space and {size} bytes of numbers; copy the file again"
            )
        word = held[at:space].lstrip(b"\n").decode("latin-1")
        at = space + 1 + size
        yield word, _taken(held[space + 1 : at], f"{name} word {number:,}") if word in wanted else None
    while not held[at:].strip() and more():
        pass
    if held[at:].strip():
        raise DataError(f"{name}: goes on at byte {read + at}, after the {found.promised:,} words that line 1 promises")


def _taken(numbers: bytes, where: str) -> NDArray[np.float32]:
    return _finite(np.frombuffer(numbers, "<f4").astype(np.float32), where)
