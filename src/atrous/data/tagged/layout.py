"""What a file of tagged tokens is read by: its columns, and the scheme of its tags."""

from __future__ import annotations

from itertools import islice
from os import fspath
from typing import NamedTuple

from atrous.config import Settings
from atrous.data.formats import named
from atrous.data.given import Given, Table
from atrous.data.tagged.columns import blocks
from atrous.errors import ConfigError
from atrous.runtime.schemes import guess

ENDINGS = (".conllu", ".conll", ".iob", ".iob2", ".bio", ".bilou", ".ner")
PEEK = 1000  # rows that a guess looks at


class Layout(NamedTuple):
    """How a file is read.

    tokens, tags: the places of the columns, from 0; -1 is the last. scheme: of the file's tags. taught: the scheme that
    they are turned into.
    """

    tokens: int
    tags: int
    scheme: str
    taught: str
    encoding: str = "utf-8"


def is_tagged(data: Table) -> bool:
    """Whether the name of a file says that it holds tagged tokens.

    >>> is_tagged("eng.conll.gz"), is_tagged("eng.csv")
    (True, False)
    """
    if isinstance(data, Given):
        return False
    name = fspath(data).lower().removesuffix(".gz").removesuffix(".xz")
    return name.endswith(ENDINGS)


def layout(data: Table, settings: Settings) -> tuple[Layout, str]:
    """The layout of a file, as the settings say it, and the sentence that says what was guessed ("" if nothing was).

    Raises ConfigError for a column that there cannot be, and DataError if the file cannot be read.
    """
    asked = settings.data
    tokens, tags = (
        default if column is None else _place(named(data), column)
        for column, default in ((asked.tokens, 0), (asked.tags, -1))
    )
    scheme: str | None = asked.scheme
    said = ""
    if scheme is None:
        first = islice(blocks(data, encoding=asked.encoding), PEEK)
        scheme = guess([[cells[tags] for _, cells in block] for block in first])
        said = f"{named(data)}: tags are {scheme} (guessed; data.scheme chooses)"
    taught = settings.predict.scheme or ("plain" if scheme == "plain" else "bilou")
    return Layout(tokens, tags, scheme, taught, asked.encoding), said


def _place(name: str, column: str) -> int:
    if not column.isdecimal() or int(column) < 1:
        raise ConfigError(f"{name}: column {column!r}: expected a number from 1")
    return int(column) - 1
