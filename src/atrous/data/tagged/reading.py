"""The sentences of a file, whatever it is written as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from atrous.data.formats import named
from atrous.data.given import Given, Table
from atrous.data.tagged.columns import column_sentences
from atrous.data.tagged.conllu import conllu_sentences
from atrous.data.tagged.records import Fields, record_sentences
from atrous.data.tagged.sentences import Count, Sentence, ignored
from atrous.data.text import Source, plain_name
from atrous.errors import ConfigError

Kind = Literal["columns", "conllu", "records"]

_COLUMNS = (".conll", ".iob", ".iob2", ".bio", ".bilou", ".ner")  # endings of files of columns


class Layout(NamedTuple):
    """How a file is read.

    fields: its columns; of one token a line they are numbers from 1, or "last". tags and spans are both None where
        nobody wants tags.
    scheme: of the file's tags. taught: the one they are turned into.
    rule: how a text is cut into tokens; "characters" makes a token of every character of whatever file.
    between: what stands between the tokens in the text of a file that has no text.
    """

    kind: Kind
    fields: Fields
    scheme: str
    taught: str
    rule: str = "fine"
    between: str = " "
    repair: bool = False
    context: str = "sentence"
    encoding: str = "utf-8"


def token_lines(name: Source) -> Literal["columns", "conllu"] | None:
    """Which kind of file of one token a line a name tells of, if it does.

    >>> token_lines("a.conll.gz"), token_lines("a.CoNLLU"), token_lines("a.txt")
    ('columns', 'conllu', None)
    """
    plain = plain_name(name)
    if plain.endswith(".conllu"):
        return "conllu"
    return "columns" if plain.endswith(_COLUMNS) else None


def sentences(data: Table, found: Layout, count: Count = ignored) -> Iterator[Sentence]:
    """The sentences of a file as it writes them, one at a time. Raises what the reader of its format raises.

    count: called with what is worth a word: see the readers.
    """
    fields, encoding = found.fields, found.encoding
    if found.kind == "records":
        return record_sentences(data, fields, rule=found.rule, between=found.between, encoding=encoding, count=count)
    if isinstance(data, Given) or fields.tokens is None:
        raise ConfigError(f"{named(data)}: expected a file of one token a line")
    if found.kind == "conllu":
        return conllu_sentences(data, tokens=fields.tokens, tags=fields.tags, encoding=encoding, count=count)
    return column_sentences(data, tokens=fields.tokens, tags=fields.tags, between=found.between, encoding=encoding)
