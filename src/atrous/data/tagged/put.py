"""A file's own lines with other tags in them: what it says besides, comments and all, stays as it is."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from typing import Literal

from atrous.data.tagged.columns import DOCUMENT
from atrous.data.tagged.conllu import COLUMNS, OUTSIDE_OF
from atrous.data.tagged.sentences import Sentence
from atrous.runtime.schemes import OUTSIDE


def put(found: Sentence, tags: Sequence[str], kind: Literal["columns", "conllu"], column: str = "upos") -> list[str]:
    """The lines of a sentence with one tag a token; an empty line belongs after them.

    kind: what they are read as. Of "columns" each token's line gets one more column, so that what stood there can be
        compared; of "conllu" the column that is named gets the tags, or the single value, such as misc:NER. Comments,
        multiword tokens and empty nodes stay as they are.

    >>> put(Sentence(("Ann",), 1, source=("# id 1", "Ann O"), places=(1,)), ["B-PER"], "columns")
    ['# id 1', 'Ann O B-PER']

    Raises ValueError if there is not one tag a token, or no such column.
    """
    if len(tags) != len(found.places):
        raise ValueError(f"put needs one tag for each of {len(found.places)} tokens, got {len(tags)}")
    # A line that begins a document has as many columns as the others.
    lines = [
        f"{line}{_separator(line)}{OUTSIDE}" if kind == "columns" and line.startswith(DOCUMENT) else line
        for line in found.source
    ]
    for place, tag in zip(found.places, tags, strict=True):
        line = lines[place].rstrip(" \r")
        lines[place] = _in_column(line, tag, column) if kind == "conllu" else f"{line}{_separator(line)}{tag}"
    return lines


def _separator(line: str) -> str:
    return "\t" if "\t" in line else " "


def _in_column(line: str, tag: str, column: str) -> str:
    name, _, key = column.partition(":")
    place = int(name) - 1 if name.isdecimal() else COLUMNS.index(name)
    cells = line.split("\t")
    if not key:
        cells[place] = tag
        return "\t".join(cells)
    pairs = [pair for pair in cells[place].split("|") if pair != "_"]
    keys = [pair.partition("=")[0] for pair in pairs]
    own = [] if tag in (OUTSIDE, OUTSIDE_OF[name]) else [f"{key}={tag}"]
    # In the place of the old value; a new one goes where the alphabet wants it, as the format does.
    at = keys.index(key) if key in keys else bisect([one.casefold() for one in keys], key.casefold())
    pairs[at : at + (key in keys)] = own
    cells[place] = "|".join(pairs) or "_"
    return "\t".join(cells)
