"""Files of one token a line, a blank line between sentences, as CoNLL-2000 and CoNLL-2003 have them."""

from __future__ import annotations

from collections.abc import Iterator

from atrous.data.formats import at
from atrous.data.given import Given, Table
from atrous.data.text import lines
from atrous.errors import ConfigError, DataError

Block = list[tuple[int, list[str]]]  # the lines of a sentence: number and cells

_DOCUMENT = "-DOCSTART-"


def blocks(data: Table, *, encoding: str) -> Iterator[Block]:
    """The sentences of a file, as lines cut into cells.

    Raises DataError, with file and line, for a line of another number of cells than the one before.
    """
    if isinstance(data, Given):
        raise ConfigError(f"{data.name}: expected a file of one token a line")
    block: Block = []
    width = 0
    for number, line in lines(data, encoding=encoding):
        cells = line.split()
        if not cells or cells[0] == _DOCUMENT:
            if block:
                yield block
            block = []
            continue
        width = width or len(cells)
        if len(cells) != width:
            raise DataError(f"{at(data, number)}: {len(cells)} columns, and {width} on the lines before; even them out")
        block.append((number, cells))
    if block:
        yield block
