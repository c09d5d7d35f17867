"""A sentence as a file has it, before its tags are turned into what a model is taught."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Offsets = tuple[tuple[int, int], ...]

# What readers call for what is read, and worth a word once the file is: "repaired" for a tag that breaks its scheme,
# "unaligned" for a text that does not have its tokens, "replaced" for one that has a multiword token's words in its
# place, "rejected" for a row that is left out because an annotator said so.
Count = Callable[[str], None]


def ignored(what: str) -> None:
    """The `Count` of who wants no word."""


class Sentence(NamedTuple):
    """Tokens, and what their file says of them.

    line: where it begins, or the row's number. lines: of each token; () where all stand on `line`.
    tags: one a token, as the file writes them; None where no column of tags is read.
    text, offsets: text[start:end] is the token; a space between the tokens where the file has no text.
    document: which one it is of, "" where the file has no documents.
    source: its own lines, as they are, comments and all. places: in which of them each token stands; both are () where
        a file is not written one token a line.
    """

    tokens: tuple[str, ...]
    line: int
    lines: tuple[int, ...] = ()
    tags: tuple[str, ...] | None = None
    text: str = ""
    offsets: Offsets = ()
    document: str = ""
    source: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    def line_of(self, place: int) -> int:
        """The line on which a token stands."""
        return self.lines[place] if self.lines else self.line


def joined(tokens: tuple[str, ...], between: str = " ") -> tuple[str, Offsets]:
    """The tokens as one text, and where each of them stands in it.

    >>> joined(("Ann", "left"))
    ('Ann left', ((0, 3), (4, 8)))
    """
    offsets, end = [], 0
    for token in tokens:
        offsets.append((end, end + len(token)))
        end += len(token) + len(between)
    return between.join(tokens), tuple(offsets)


def aligned(text: str, tokens: tuple[str, ...]) -> Offsets | None:
    """Where the tokens stand in a text that has them in this order, and nothing but spaces between; None if it has not.

    >>> aligned("Ann  left.", ("Ann", "left", "."))
    ((0, 3), (5, 9), (9, 10))
    """
    offsets, end = [], 0
    for token in tokens:
        start = end
        while not text.startswith(token, start):
            if start >= len(text) or not text[start].isspace():
                return None
            start += 1
        end = start + len(token)
        offsets.append((start, end))
    return None if text[end:].strip() else tuple(offsets)
