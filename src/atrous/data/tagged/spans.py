"""Spans of characters as annotation tools write them, and the tokens that they cover."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from atrous.data.tagged.sentences import Offsets
from atrous.data.values import Number, kind_of, plain
from atrous.errors import DataError, quoted
from atrous.runtime.schemes import Span

STARTS = ("start", "start_offset", "start_char", "begin")
ENDS = ("end", "end_offset", "end_char", "stop")
LABELS = ("label", "labels", "type", "entity", "entity_group", "tag")

_MOST = 10**18  # no text is as long


def character_spans(cell: Any, text: str, *, place: str) -> list[Span]:
    """The spans in a cell, in order, without the spaces at their ends; those of exactly the same place and label once.

    cell: a list of [start, end, label], or of objects that have start, end and label under one of the names that
        annotation tools give them, or those within "value"; None for none. place: file and line, for messages.

    >>> character_spans([[4, 7, "LOC"], {"start_offset": 0, "end_offset": 3, "label": "PER"}], "Ann Rom", place="row 1")
    [Span(start=0, end=3, label='PER'), Span(start=4, end=7, label='LOC')]

    Raises DataError for what is no span, offsets that are not within the text or whose end is not after their start,
    spans that overlap, and one that says itself that it has another text.
    """
    if cell is None:
        return []
    if isinstance(cell, str | Mapping) or not isinstance(cell, Sequence):
        raise DataError(f"{place}: expected a list of spans, got {kind_of(cell)}; write [] where there is none")
    spans = sorted({_span(one, text, f"{place}, span {number}") for number, one in enumerate(cell, 1)})
    for earlier, later in pairwise(spans):
        if later.start < earlier.end:
            raise DataError(
                f"{place}: the spans {_said(earlier, text)} and {_said(later, text)} overlap; a token has one tag, so "
                "keep one of them"
            )
    return spans


def whole_number(given: Any) -> int | None:
    """A number from 0, whoever wrote it; None for anything else.

    >>> whole_number(7), whole_number(Number("7")), whole_number("7"), whole_number(0.5), whole_number(True)
    (7, 7, None, None, None)
    """
    if isinstance(given, int) and not isinstance(given, bool):
        return given if 0 <= given < _MOST else None
    found = given if isinstance(given, Number) else plain(given)
    fits = isinstance(found, Number) and found.isascii() and found.isdecimal() and len(found) < 19
    return int(found) if fits else None


def covered(spans: Sequence[Span], text: str, offsets: Offsets, *, place: str) -> list[Span]:
    """The same spans of tokens instead of characters.

    >>> covered([Span(4, 7, "LOC")], "Ann Rom", ((0, 3), (4, 7)), place="row 1")
    [Span(start=1, end=2, label='LOC')]

    Raises DataError for one that begins or ends within a token.
    """
    starts, ends = [start for start, _ in offsets], [end for _, end in offsets]
    found = []
    for span in spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end)
        if first >= last:
            raise DataError(f"{place}: the span {_said(span, text)} covers no token; remove it")
        for token in (first, last - 1):
            start, end = offsets[token]
            if start < span.start or end > span.end:
                raise DataError(
                    f"{place}: the span {_said(span, text)} splits the token {quoted(text[start:end])} ({start} to "
                    f"{end}); move its ends, or tag characters: embed.name = characters"
                )
        found.append(Span(first, last, span.label))
    return found


def _span(given: Any, text: str, place: str) -> Span:
    """One span, as it was given. Raises DataError for what is none."""
    said = ""
    if isinstance(given, Mapping):
        inner = given.get("value")
        holder = {**given, **inner} if isinstance(inner, Mapping) else given
        start, end, label = (_first(holder, names, place) for names in (STARTS, ENDS, LABELS))
        said = holder["text"] if _is_text(holder.get("text")) else ""
    elif isinstance(given, Sequence) and not isinstance(given, str) and len(given) == 3:
        start, end, label = given
        if _is_text(start):  # ["PER", 0, 3]
            start, end, label = end, label, start
    else:
        raise DataError(f"{place}: expected [start, end, label] or an object with these names, got {kind_of(given)}")
    begin, stop = _offset(start, place), _offset(end, place)
    if isinstance(label, Sequence) and not isinstance(label, str):
        if len(label) != 1:
            raise DataError(f"{place}: expected one label, got {len(label)}; a token has one tag, so keep one of them")
        label = label[0]
    if not isinstance(label, str) or not label.strip():
        raise DataError(
            f"{place}: expected a label, got {'an empty one' if isinstance(label, str) else kind_of(label)}"
        )
    if not 0 <= begin < stop <= len(text):
        wrong = "an end after its start" if begin >= stop else f"offsets within the text's {len(text):,} characters"
        raise DataError(f"{place}: expected {wrong}, got {begin} to {stop}; offsets count characters from 0")
    if said.strip() and said.strip() != text[begin:stop].strip():
        raise DataError(
            f"{place}: it says its text is {quoted(said)}, and characters {begin} to {stop} are "
            f"{quoted(text[begin:stop])}; offsets count characters from 0, not bytes or UTF-16 units"
        )
    piece = text[begin:stop]
    if not piece.strip():
        raise DataError(f"{place}: {begin} to {stop} are spaces alone; remove it")
    begin, stop = begin + len(piece) - len(piece.lstrip()), stop - len(piece) + len(piece.rstrip())
    return Span(begin, stop, label.strip())


def _first(span: Mapping[str, Any], names: Sequence[str], place: str) -> Any:
    for name in names:
        if span.get(name) is not None:
            return span[name]
    shown = ", ".join(map(quoted, list(map(str, span))[:10])) or "nothing"
    raise DataError(f"{place}: no {names[0]}; expected one of {', '.join(names)}, got {shown}")


def _offset(given: Any, place: str) -> int:
    found = whole_number(given)
    if found is None:
        small = isinstance(given, int) and not isinstance(given, bool) and abs(given) < _MOST
        number = small or isinstance(given, float) or (isinstance(given, Number) and len(given) < 40)
        shown = str(given) if number else kind_of(given)
        raise DataError(f"{place}: expected a start and an end that are whole numbers from 0, got {shown}")
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def _said(span: Span, text: str) -> str:
    return f"{quoted(text[span.start : span.end], 30)} ({span.start} to {span.end}, {span.label:.30})"
