"""Which columns of JSON lines, Parquet or rows of Python hold tokens and tags, or a text and spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atrous.config.fields import Data
from atrous.data.guess import USUAL_TEXTS, column_names, guess_text, known, there_are, usual
from atrous.data.tagged.records import Fields
from atrous.data.tagged.spans import ENDS, STARTS
from atrous.data.values import Record, plain
from atrous.errors import ConfigError, quoted

TOKENS = ("tokens", "words", "token", "forms", "form", "tokenized_text", "sentence", "text")
TAGS = (
    *("tags", "ner_tags", "labels", "ner", "iob", "bio", "bilou", "iob_tags", "bio_tags", "label", "tag"),
    *("pos_tags", "upos", "pos", "xpos", "chunk_tags", "chunks"),
)
DOCUMENTS = ("document", "document_id", "doc", "doc_id")
SPANS = ("spans", "entities", "ents", "annotations", "label", "labels", "ner", "result")


def find_fields(name: str, first: Sequence[Record], asked: Data, *, need_tags: bool = True) -> tuple[Fields, str]:
    """The columns to read records by, and the sentence that says which were guessed ("" if none was).

    name: of the file. first: its first records. need_tags: whether tags or spans must be there.

    Columns are guessed by usual names and by what they hold: tokens and tags are lists of as many texts (or texts of as
    many words), spans lists of objects or triples. Where a file has both, tags come first. Where rows are documents, a
    column that tells them apart is looked for, too.

    >>> find_fields("a.jsonl", [{"tokens": ["Ann"], "ner": ["B-PER"]}], Data())[0]
    Fields(tokens='tokens', tags='ner', text=None, spans=None, group=None)

    Raises ConfigError if a named column is not there, or none can be found.
    """
    names = column_names(first)
    given = {role: getattr(asked, role) for role in ("tokens", "tags", "text", "spans", "group")}
    for column in (column for column in given.values() if column is not None):
        known(name, column, names)
    kinds = {column: _kind(first, column) for column in names}
    tokens, tags, text, spans = (given[role] for role in ("tokens", "tags", "text", "spans"))
    if tags is not None and spans is not None:
        raise ConfigError(f"{name}: data.tags and data.spans are both named; name the one to learn from")
    if spans is None:
        tokens = tokens or _usual(kinds, TOKENS, "objects", "texts", but=tags)
        tags = tags or _usual(kinds, TAGS, "texts", but=tokens)
        if tokens is None and tags is None:
            tokens, tags = _usual(kinds, TOKENS[:4], "text"), _usual(kinds, TAGS, "text")
            if tokens is None or tags is None or not _as_many(first, tokens, tags):
                tokens = tags = None
    if tags is None or tokens is None:
        tags, spans = given["tags"], spans or (None if given["tags"] else _usual(kinds, SPANS, "spans", but=tokens))
    if need_tags and spans is None and (tags is None or tokens is None):
        lacking = "the tokens" if tags is not None else "the tags or spans" if given["tokens"] else "tokens and tags"
        raise ConfigError(
            f"{name}: no column looks like {lacking}{', or spans' * (lacking == 'tokens and tags')}; name them with "
            f"--tokens and --tags, or with --text and data.spans: {there_are(names)}"
        )
    if tokens is not None and tags is None and given["tokens"] is None and kinds[tokens] != "objects" and spans:
        tokens = None  # the spans are of the text, and what would be tokens says not where it stands
    if text is None:
        likely = USUAL_TEXTS[:2] if tokens is not None else USUAL_TEXTS
        text = _usual(kinds, likely, "text", but=tokens)
        if text is None and tokens is None:
            text = guess_text(first, [column for column in names if column not in (spans, given["group"])])
    if text is None and (tokens is None or spans is not None):
        raise ConfigError(f"{name}: no column looks like the text; name it with --text: {there_are(names)}")
    if not need_tags:
        tags = spans = None
    group = given["group"]
    if group is None and asked.context == "document":
        group = usual(names, DOCUMENTS)
    found = Fields(tokens, tags, text, spans, group)
    return found, _announced(name, found, given)


def _announced(name: str, found: Fields, given: Mapping[str, str | None]) -> str:
    options = {"tokens": "--tokens", "tags": "--tags", "text": "--text", "spans": "data.spans", "group": "--group"}
    guessed = {role: getattr(found, role) for role in options if given[role] is None and getattr(found, role)}
    if not guessed:
        return ""
    said = ", ".join(f"{role} = {quoted(column)}" for role, column in guessed.items())
    choose = " and ".join(options[role] for role in guessed)
    return f"{name}: {said} (guessed; {choose} choose{'s' * (len(guessed) == 1)})"


def _usual(kinds: Mapping[str, str], wanted: Sequence[str], *fits: str, but: str | None = None) -> str | None:
    """The first of the usual names whose column holds what it should, capitals or not."""
    folded = {name.casefold(): name for name in reversed(list(kinds)) if name != but and kinds[name] in fits}
    return next((folded[name] for name in wanted if name in folded), None)


def _kind(records: Sequence[Record], column: str) -> str:
    """What a column holds, by its first value that is not empty: text, texts, spans, objects (tokens) or other."""
    found: Any = next((one[column] for one in records if column in one and _says(one[column])), None)
    if isinstance(found, str):
        return "text"
    found = found.tolist() if hasattr(found, "tolist") else found
    if found is None and any(isinstance(one.get(column), list | tuple) for one in records):
        return "spans"  # lists that are all empty
    if not isinstance(found, list | tuple):
        return "other"
    first = found[0]
    if isinstance(first, Mapping):
        keys = {*first, *(first["value"] if isinstance(first.get("value"), Mapping) else ())}
        placed = any(name in keys for name in STARTS) and any(name in keys for name in ENDS)
        return "objects" if "text" in keys and ("id" in keys or not placed) and "label" not in keys else "spans"
    if isinstance(first, list | tuple):
        return "spans" if len(first) == 3 else "other"
    return "texts" if isinstance(plain(first), str) else "other"  # numbers are labels, too


def _says(value: Any) -> bool:
    return value is not None and (not hasattr(value, "__len__") or len(value) > 0)


def _as_many(records: Sequence[Record], tokens: str, tags: str) -> bool:
    """Whether the words of the first texts are as many in the one column as in the other."""
    pairs = ((one.get(tokens), one.get(tags)) for one in records[:20])
    return all(isinstance(a, str) and isinstance(b, str) and len(a.split()) == len(b.split()) for a, b in pairs)
