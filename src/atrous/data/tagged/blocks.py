"""Files that write a sentence on some lines and an empty line after it: those lines, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator

from atrous.data.text import Source, lines, named
from atrous.errors import DataError

Block = list[tuple[int, str]]  # lines with their numbers

_SHOWN = 60


def blocks(path: Source, *, encoding: str = "utf-8") -> Iterator[Block]:
    """The lines between empty ones, in lists that are never empty. A line of spaces alone is empty.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.conll"
    ...     _ = path.write_text("\\nAnn O\\n\\n\\nleft O")
    ...     list(blocks(path))
    [[(2, 'Ann O')], [(5, 'left O')]]

    Raises DataError if there is no line that says anything, and for a carriage return within a line.
    """
    block: Block = []
    found = False
    for number, line in lines(path, encoding=encoding):
        if not line.strip():
            if block:
                yield block
                block = []
            continue
        if "\r" in line:
            where = f"{named(path)} line {number}"
            raise DataError(f"{where}: a carriage return stands within the line; end lines in \\n or \\r\\n")
        block.append((number, line))
        found = True
    if block:
        yield block
    if not found:
        raise DataError(f"{named(path)}: only empty lines; give a file that has at least one token")


def shown(line: str) -> str:
    """A line as a message shows it, cut where it is long."""
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")
