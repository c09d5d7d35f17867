"""What a file of tagged tokens is read by: format and columns, the scheme of its tags and the one that is taught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from os import fspath
from typing import Any

from atrous.config import Settings
from atrous.config.fields import Data
from atrous.data.formats import format_of, head, named
from atrous.data.given import Given, Table
from atrous.data.guess import USUAL_LABELS, column_names, usual
from atrous.data.tagged.fields import find_fields
from atrous.data.tagged.reading import Kind, Layout, sentences, token_lines
from atrous.data.tagged.records import SPANS, Fields
from atrous.data.tagged.sentences import Sentence
from atrous.data.text import STDIN
from atrous.errors import ConfigError, DataError, quoted
from atrous.runtime.schemes import guess, spans_of

PEEK = 1000  # rows that a guess looks at

_FEW = 20  # rows that tell whether a file is tagged
_LABELS = 8  # of the usual names of labels, those that hardly mean anything else
_SHOWN = 6  # labels that a sentence names
# Letters of scripts that put no space between words: Thai to Myanmar, Khmer, kana and Chinese characters.
_UNSPACED = (
    (0x0E00, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def is_tagged(data: Table) -> bool:
    """Whether a file's name says that it holds tagged tokens, or the first rows of JSON lines or of Python do.

    Rows that have a label besides are taken for labelled texts.

    >>> is_tagged("eng.conll.gz"), is_tagged("eng.csv"), is_tagged(Given([{"tokens": ["a"], "tags": ["O"]}], "data"))
    (True, False, True)
    """
    if not has_cells(data):
        return True
    format = format_of(data)
    if format not in ("jsonl", "parquet", "rows") or (not isinstance(data, Given) and fspath(data) == STDIN):
        return False
    try:
        first = head(data, _FEW, encoding="utf-8", format=format)
        found, _ = find_fields(named(data), first, Data())
    except (ConfigError, DataError):  # who reads the file will say it
        return False
    label = usual(column_names(first), USUAL_LABELS[:_LABELS])
    if label is not None and any(isinstance(one.get(label), str) for one in first):
        return label in (found.tokens, found.tags)
    pairs = ((one.get(found.tokens or ""), one.get(found.tags or "")) for one in first)
    return found.spans is not None or all(_size(tokens) == _size(tags) for tokens, tags in pairs)


def has_cells(data: Table) -> bool:
    """Whether a file's rows, or those of Python, have named columns, as tagged tokens a line each have not.

    >>> has_cells("eng.conll"), has_cells("eng.jsonl.gz")
    (False, True)
    """
    return isinstance(data, Given) or token_lines(data) is None


def layout(
    data: Table, settings: Settings, *, need_tags: bool = True, like: Layout | None = None
) -> tuple[Layout, str]:
    """The layout of a file, as the settings say it, and the sentence that says what was guessed ("" if nothing was).

    need_tags: whether tags are wanted; without, none are read, and rows need not be marked as documents.
    like: how another file of the run is read, the training rows beside which these are; what is as there is not said.

    Raises ConfigError for columns that are not there or cannot be guessed, tags that cannot be taught as the settings
    say, and documents where there are none; and DataError if the file cannot be read.
    """
    asked, name = settings.data, named(data)
    kind = _kind(data)
    characters = settings.embed.name == "characters"
    said = []
    if asked.context == "sentence" and (like is not None or not need_tags):
        asked = asked.model_copy(update={"group": None})  # which only tells what to hold out together
    if kind == "records":
        if like is not None and like.kind == kind:
            asked = asked.model_copy(update=like.fields._replace(group=asked.group)._asdict())
        fields, guessed = find_fields(
            name, head(data, PEEK, encoding=asked.encoding, format=format_of(data)), asked, need_tags=need_tags
        )
        said += [guessed] if guessed else []
    elif asked.spans is not None:
        raise ConfigError(f"{name}: data.spans is for JSON lines, Parquet and rows of Python; this is a file of tokens")
    else:
        default = Fields("1", "last") if kind == "columns" else Fields("form", "upos")
        tags = asked.tags or default.tags
        fields = Fields(asked.tokens or default.tokens, tags if need_tags else None)
    rule = "characters" if characters else "fine"
    found = Layout(kind, fields, "plain", "plain", rule, " ", asked.repair, asked.context, asked.encoding)
    first = _first(data, found)
    if fields.tokens and kind != "conllu":
        single = characters and all(len(token) == 1 for one in first for token in one.tokens)
        found = found._replace(between="" if single else _between(first))
    if asked.context == "document" and not any(one.document for one in first):
        if need_tags:
            raise _no_documents(name, first, found)
        found = found._replace(context="sentence")
        said.append(f"{name}: no documents are marked; each row is read by itself")
    if not need_tags:
        return found, "; ".join(said)
    scheme = SPANS if fields.spans else asked.scheme or _guessed(first, like)
    wanted = settings.predict.scheme if like is None else like.taught
    if scheme == "plain" and wanted not in (None, "plain"):
        tag = next((tag for one in first for tag in one.tags or () if tag != "O"), "O")
        raise ConfigError(
            f"{name}: predict.scheme = {wanted} needs spans, and tags such as {quoted(tag)} write none; leave it "
            "out, or say with data.scheme how the tags write spans"
        )
    taught = wanted or ("plain" if scheme == "plain" else "bilou")
    if fields.tags is not None and asked.scheme is None and (like is None or like.scheme != scheme):
        said.append(f"{name}: {_described(first, scheme, taught)} (guessed; data.scheme chooses)")
    return found._replace(scheme=scheme, taught=taught), "; ".join(said)


def _size(cell: Any) -> int:
    """How many tokens or tags a cell has."""
    return len(cell.split() if isinstance(cell, str) else cell) if hasattr(cell, "__len__") else -1


def _kind(data: Table) -> Kind:
    """Which reader reads a file. Raises ConfigError if none does."""
    if not isinstance(data, Given) and fspath(data) == STDIN:
        raise ConfigError("standard input cannot be read twice, once for its columns; save it to a file")
    if not isinstance(data, Given) and token_lines(data) == "conllu":
        return "conllu"
    format = format_of(data)
    if format == "csv":
        raise ConfigError(
            f"{named(data)}: a table has one value a cell, and every token needs a tag; give a file of one token a "
            "line (.conll, .tsv), .conllu, or .jsonl or .parquet with lists of tokens and tags, or with texts and spans"
        )
    return "records" if format in ("jsonl", "parquet", "rows") else "columns"


def _first(data: Table, found: Layout) -> list[Sentence]:
    """The first sentences. What can be read but once can still be read from its first row."""
    if isinstance(data, Given):
        data = Given([record for _, record in data.head(PEEK)], data.name)
    return list(islice(sentences(data, found), PEEK))


def _guessed(first: Sequence[Sentence], like: Layout | None) -> str:
    """The scheme of a file's tags; beside a file of spans they are spans, beside one of plain tags plain."""
    if like is not None and like.scheme == "plain":
        return "plain"
    scheme = guess(one.tags or () for one in first)
    return like.scheme if like is not None and scheme == "plain" else scheme


def _between(first: Sequence[Sentence]) -> str:
    """What stands between tokens: nothing in a language that puts no space between its words."""
    letters = [letter for one in first for token in one.tokens for letter in token if letter.isalpha()]
    unspaced = sum(any(low <= ord(letter) <= high for low, high in _UNSPACED) for letter in letters)
    return "" if 2 * unspaced > len(letters) else " "


def _no_documents(name: str, first: Sequence[Sentence], found: Layout) -> ConfigError:
    marks = {
        "columns": "a line -DOCSTART- before each",
        "conllu": "a comment '# newdoc' before each",
        "records": "a column whose equal values are one document, named with --group",
    }
    return ConfigError(
        f"{name}: data.context = document, and the first {len(first):,} rows have no document; mark documents by "
        f"{marks[found.kind]}, or leave data.context out"
    )


def _described(first: Sequence[Sentence], scheme: str, taught: str) -> str:
    if scheme == "plain":
        return "tags are plain, each token's for itself"
    labels = Counter(span.label for one in first for span in spans_of(one.tags or (), scheme))
    shown = ", ".join(f"{label:.30}" for label in sorted(labels)[:_SHOWN]) + ", ..." * (len(labels) > _SHOWN)
    return f"tags are {scheme.upper()} spans" + f" of {shown}" * bool(labels)
