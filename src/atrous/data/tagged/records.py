"""JSON lines, Parquet and rows of Python: lists of tokens and tags, or a text and the spans of characters in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from atrous.data.cells import value, whole
from atrous.data.formats import Format, at, format_of, records
from atrous.data.given import Table
from atrous.data.guess import known
from atrous.data.tagged.sentences import Count, Offsets, Sentence, aligned, ignored, joined
from atrous.data.tagged.spans import ENDS, STARTS, character_spans, covered, whole_number
from atrous.data.values import Number, Record, kind_of, plain
from atrous.errors import DataError, quoted
from atrous.runtime.cutting import tokens_of
from atrous.runtime.schemes import tags_of

SPANS = "iob2"  # how spans are written as tags until it is known how they are taught
_ANSWER, _ANSWERS = "answer", ("accept", "reject", "ignore")  # Prodigy's column, and what stands in it


class Fields(NamedTuple):
    """The columns of records. tokens None: the text is cut by the rule. tags and spans None: none are read."""

    tokens: str | None = None
    tags: str | None = None
    text: str | None = None
    spans: str | None = None
    group: str | None = None


def record_sentences(
    data: Table,
    fields: Fields,
    *,
    rule: str = "fine",
    between: str = " ",
    encoding: str = "utf-8",
    count: Count = ignored,
) -> Iterator[Sentence]:
    """The sentence of each record, one at a time.

    rule: how a text is cut into tokens, see `atrous.runtime.cutting`. between: what stands between tokens without text.
    count: called with "unaligned" for a row whose text does not have its tokens, and "rejected" for one that Prodigy
        says nobody accepted; the first gets a text of its tokens, the second is left out.

    Spans are written as IOB2 tags.

    Raises ConfigError for a column that is not there, and DataError, with file and line, for what is not as it should
    be: see `atrous.data.tagged.spans`; tokens and tags of different number, an empty token, an empty tag.
    """
    format = format_of(data)
    wanted = [*dict.fromkeys(column for column in fields if column is not None)]
    for line, record in records(data, encoding=encoding, format=format, only=wanted):
        place = at(data, line)
        if fields.spans is not None and record.get(_ANSWER) in _ANSWERS[1:]:
            count("rejected")
            continue
        group = "" if fields.group is None else value(data, line, record, fields.group, format, short=True)
        text = None
        if fields.text is not None and (fields.tokens is None or isinstance(record.get(fields.text), str)):
            text = value(data, line, record, fields.text, format, short=False)
        if fields.tokens is None:
            text = text or ""
            offsets: Offsets = tuple(tokens_of(text, rule))
            tokens = tuple(text[start:end] for start, end in offsets)
        else:
            tokens, given = _tokens(
                _cell(record, fields.tokens, place, format), f"{place}, column {quoted(fields.tokens)}"
            )
            found = None if text is None else given if _fits(given, tokens, text) else aligned(text, tokens)
            if text is not None and found is None:
                if fields.spans is not None:
                    raise DataError(f"{place}: the text does not have the tokens in their order; correct one of them")
                count("unaligned")
            text, offsets = joined(tokens, between) if text is None or found is None else (text, found)
        tags = None
        if fields.spans is not None:
            spans = character_spans(_cell(record, fields.spans, place, format), text, place=place)
            tags = tags_of(covered(spans, text, offsets, place=place), len(tokens), SPANS)
        elif fields.tags is not None:
            tags = _tags(_cell(record, fields.tags, place, format), f"{place}, column {quoted(fields.tags)}")
            if len(tags) != len(tokens):
                raise DataError(f"{place}: {len(tokens)} tokens and {len(tags)} tags; give one tag a token")
        yield Sentence(tokens, line, (), tags, text, offsets, group)


def _cell(record: Record, column: str, place: str, format: Format) -> Any:
    if column not in record:
        known(place, column, list(record))
    found = record[column]
    return found.tolist() if hasattr(found, "tolist") else found  # an array of NumPy


def _tokens(cell: Any, place: str) -> tuple[tuple[str, ...], Offsets | None]:
    """The tokens of a cell, and where they stand in the text, if they say it themselves."""
    if isinstance(cell, str) and not isinstance(cell, Number):
        return tuple(whole(token) for token in cell.split()), None
    if isinstance(cell, Mapping) or not isinstance(cell, Sequence) or isinstance(cell, str):
        raise DataError(f"{place}: expected a list of tokens, got {kind_of(cell)}; write one text a token")
    objects = [one for one in cell if isinstance(one, Mapping)]
    tokens = []
    for number, one in enumerate(cell, 1):
        token = plain(one.get("text") if isinstance(one, Mapping) else one)
        if not isinstance(token, str):
            raise DataError(f"{place}: token {number} is {kind_of(token)}; put it in quotes")
        if not token.strip(" \t\r\n\f\v"):
            raise DataError(f"{place}: token {number} is empty; remove it and its tag")
        tokens.append(whole(str(token)))
    if not objects or len(objects) < len(tokens):
        return tuple(tokens), None
    places = [[_number(one, names) for names in (STARTS, ENDS)] for one in objects]
    return tuple(tokens), tuple((start, end) for start, end in places if start is not None and end is not None)


def _number(given: Mapping[str, Any], names: Sequence[str]) -> int | None:
    return whole_number(next((given[name] for name in names if name in given), None))


def _fits(offsets: Offsets | None, tokens: tuple[str, ...], text: str) -> bool:
    """Whether the tokens stand where they say, one after the other."""
    if offsets is None or len(offsets) != len(tokens):
        return False
    ends = [0, *(end for _, end in offsets)]
    return all(
        last <= start < end <= len(text) and text[start:end] == token
        for last, (start, end), token in zip(ends, offsets, tokens, strict=False)
    )


def _tags(cell: Any, place: str) -> tuple[str, ...]:
    if isinstance(cell, str) and not isinstance(cell, Number):
        return tuple(whole(tag) for tag in cell.split())
    if isinstance(cell, Mapping) or not isinstance(cell, Sequence) or isinstance(cell, str):
        raise DataError(f"{place}: expected a list of tags, got {kind_of(cell)}; write one text a tag")
    tags = []
    for number, tag in enumerate(map(plain, cell), 1):
        if not isinstance(tag, str) or not tag.strip():
            what = "empty" if isinstance(tag, str) else kind_of(tag)
            raise DataError(f"{place}: tag {number} is {what}; write O for a token in no span")
        tags.append(whole(str(tag).strip()))
    return tuple(tags)
