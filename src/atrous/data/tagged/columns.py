"""Files of one token a line and an empty line between sentences, as CoNLL-2000, CoNLL-2003 and their like have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from atrous.data.tagged.blocks import Block, blocks, shown
from atrous.data.tagged.sentences import Sentence, joined
from atrous.data.text import Source, named
from atrous.errors import ConfigError, DataError

DOCUMENT = "-DOCSTART-"
_COMMENTS = ("# ", "#\t")
_ALWAYS = "# id "  # a comment of MultiCoNER, which has as many columns as its tokens
_SPACES = re.compile(r"[ \t\f\v]+")  # not those of Unicode, which a token may hold


class Shape(NamedTuple):
    """What the first token's line says of all others.

    tabs: whether columns are separated by tabs, so that tokens may hold spaces; else by spaces, tabs among them.
    tokens, tags: places of the columns, from 0.
    """

    columns: int
    tabs: bool
    line: int
    tokens: int
    tags: int | None


def column_sentences(
    path: Source, *, tokens: str = "1", tags: str | None = "last", between: str = " ", encoding: str = "utf-8"
) -> Iterator[Sentence]:
    """The sentences of a file, one at a time.

    tokens, tags: the columns: numbers from 1, or "last"; tags None: none is read.
    between: what stands between two tokens in the text.

    A line -DOCSTART- begins a document and is no token. Before a sentence, lines that begin with a # by itself and have
    another number of columns than the others are comments; so is "# id ..." in any case.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.conll"
    ...     _ = path.write_text("Ann NNP I-PER\\nleft VBD O\\n")
    ...     sentence = next(column_sentences(path))
    >>> sentence.tokens, sentence.tags, sentence.lines
    (('Ann', 'left'), ('I-PER', 'O'), (1, 2))

    Raises ConfigError for a column that the file does not have, and DataError, with file and line, for a line of
    another number of columns than the first, an empty token or an empty tag.
    """
    name, shape = named(path), None
    documents = 0
    source: list[str] = []  # what stands before a sentence
    for block in _cut(blocks(path, encoding=encoding)):
        if block[0][1].startswith(DOCUMENT):
            documents += 1
            source += [block[0][1], ""]
            continue
        shape = shape or _shape(name, block, tokens, tags)
        first = next((at for at, (_, line) in enumerate(block) if not _comment(line, shape)), len(block))
        before = [*source, *(line for _, line in block[:first])]
        if first == len(block):  # comments alone
            source = [*before, ""]
            continue
        source, rows = [], block[first:]
        cells = [_cells(name, number, line, shape) for number, line in rows]
        words = tuple(one[shape.tokens] for one in cells)
        marks = None if shape.tags is None else tuple(one[shape.tags] for one in cells)
        numbers = tuple(number for number, _ in rows)
        text, offsets = joined(words, between)
        yield Sentence(
            words, numbers[0], numbers, marks, text, offsets, f"document {documents}" if documents else "",
            (*before, *(line for _, line in rows)), tuple(range(len(before), len(before) + len(rows))),
        )  # fmt: skip
    if shape is None:
        raise DataError(f"{name}: no token; give a file of one token a line, its tag in the last column")


def _cut(found: Iterator[Block]) -> Iterator[Block]:
    """The blocks, each line that begins a document being one by itself."""
    for block in found:
        begin = 0
        for at, (_, line) in enumerate(block):
            if line.startswith(DOCUMENT):
                yield from filter(None, (block[begin:at], block[at : at + 1]))
                begin = at + 1
        if begin < len(block):
            yield block[begin:]


def _shape(name: str, block: Block, tokens: str, tags: str | None) -> Shape:
    number, line = next((one for one in block if not one[1].startswith(_COMMENTS)), block[0])
    tabs = "\t" in line.strip()
    count = len(_split(line, tabs))
    places = [None if one is None else _place(f"{name} line {number}", one, count) for one in (tokens, tags)]
    if places[0] == places[1] or places[0] is None:
        only = f"the only column of {shown(line)}" if count == 1 else f"column {tokens}"
        raise ConfigError(f"{name} line {number}: tokens and tags are both {only}; name two with --tokens and --tags")
    return Shape(count, tabs, number, places[0], places[1])


def _place(where: str, column: str, count: int) -> int:
    if column == "last":
        return count - 1
    if not (column.isascii() and column.isdecimal() and len(column) < 9 and 1 <= int(column) <= count):
        raise ConfigError(
            f"{where}: no column {column!r:.60}; a file of one token a line has no names, and this one has the columns "
            f"1 to {count}"
        )
    return int(column) - 1


def _split(line: str, tabs: bool) -> list[str]:
    return line.split("\t") if tabs else _SPACES.split(line.strip(" \t\f\v"))


def _comment(line: str, shape: Shape) -> bool:
    if not line.startswith(_COMMENTS):
        return False
    return line.startswith(_ALWAYS) or len(_split(line, shape.tabs)) != shape.columns


def _cells(name: str, number: int, line: str, shape: Shape) -> list[str]:
    cells = _split(line, shape.tabs)
    if len(cells) != shape.columns:
        spaced = len(_split(line, False)) == shape.columns
        hint = "separate them by tabs, as there" if shape.tabs and spaced else "even them out"
        columns = f"{shape.columns} column{'s' * (shape.columns != 1)}"
        raise DataError(
            f"{name} line {number}: expected {columns}{' separated by tabs' * shape.tabs}, as line {shape.line} has, "
            f"got {len(cells)} in {shown(line)}; {hint}"
        )
    cells = [cell.strip(" ") for cell in cells]
    for what, place in (("token", shape.tokens), ("tag", shape.tags)):
        if place is not None and not cells[place]:
            raise DataError(f"{name} line {number}: the {what} in column {place + 1} is empty; fill it in")
    return cells
