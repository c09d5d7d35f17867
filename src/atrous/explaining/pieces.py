"""What of a row can be coloured: runs of its text, and the steps that a model reads of each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, cast

from atrous.explaining.clusters import clusters
from atrous.runtime.reader import Reader, Row
from atrous.runtime.series import parse
from atrous.runtime.tokeniser import Tokeniser

Span = tuple[int, int]


class Places(NamedTuple):
    """Where in a row's texts its steps stand.

    texts: the row's text, or both, as given; a series as it is written.
    fields: of each field of a batch, which of the texts it reads and the span of each of its steps there: its first
        character and the one after its last. The letters of words stand where the words do.
    unread: steps that the model does not read, because it reads so many at most.
    """

    texts: tuple[str, ...]
    fields: dict[str, tuple[int, list[Span]]]
    unread: int = 0

    def shown(self, first: int, last: int) -> str:
        """The text, or texts, that the steps from `first` up to, not including, `last` stand for."""
        found: dict[int, list[Span]] = {}
        for text, spans in self.fields.values():
            found.setdefault(text, []).extend(spans[max(0, first) : max(0, last)])
        parts = [
            self.texts[text][min(start for start, _ in spans) : max(end for _, end in spans)]
            for text, spans in sorted(found.items())
            if spans
        ]
        return " / ".join(parts)


class Part(NamedTuple):
    """A run of a text: characters start ... end - 1 of text number `text`, and the steps of each field that it is."""

    text: int
    start: int
    end: int
    steps: dict[str, tuple[int, ...]]


def places(reader: Reader, row: Row) -> Places:
    """Where the steps that the reader reads of a row stand.

    >>> found = places(Reader(Tokeniser("words", True, ("good",))), "Good film")
    >>> found.fields, found.shown(0, 2)
    ({'ids': (0, [(0, 4), (5, 9)])}, 'Good film')

    Raises what the reader raises for a row of another kind.
    """
    if reader.series is not None:
        text = row if isinstance(row, str) else _written(row, reader.series.features)
        parse(text, features=reader.series.features)
        return _cut(reader, (text,), {"values": (0, _words(text))})
    if reader.rule is not None:
        text, _, spans = reader.cut(row)
        return _cut(reader, (text,), {"ids": (0, spans)})
    own, other = reader.texts(row)
    fields = {"ids": (0, cast(Tokeniser, reader.tokeniser).spans(own))}
    if reader.beside is not None:
        fields["beside"] = (int(reader.two_texts), reader.beside.spans(other))
    return _cut(reader, (own, other) if reader.two_texts else (own,), fields)


def parts(found: Places, *, words: bool = False) -> list[Part]:
    """The smallest runs that can be coloured, in the order of the texts: tokens, and as many of them together as make
    up whole letters, where a letter is several bytes or has marks of its own.

    words: whole words with the white space before them instead, as byte pairs have it.

    >>> bytes_ = Reader(Tokeniser("bytes", False, ()))
    >>> [(one.start, one.end, one.steps) for one in parts(places(bytes_, "né"))]
    [(0, 1, {'ids': (0,)}), (1, 2, {'ids': (1, 2)})]
    >>> [(one.start, one.end) for one in parts(places(bytes_, "a film"), words=True)]
    [(0, 1), (1, 6)]
    """
    made: list[Part] = []
    for number, text in enumerate(found.texts):
        first = _starts_of_words(text) if words else clusters(text)
        beyond = _ends(first)
        run: list[tuple[str, int]] = []  # the steps of the part that is being put together
        start = end = 0
        for one, other, field, step in sorted(_tokens(found, number)):
            if run and first[one] >= end:
                made.append(_part(number, start, end, run))
                run = []
            start = start if run else first[one]
            end = max(end, beyond[other - 1])
            run.append((field, step))
        made += [_part(number, start, end, run)] if run else []
    return made


def _part(text: int, start: int, end: int, run: list[tuple[str, int]]) -> Part:
    steps = {field: tuple(step for name, step in run if name == field) for field in dict(run)}
    return Part(text, start, end, steps)


def _ends(first: list[int]) -> list[int]:
    """Of each character, the place after the last one of its run."""
    ends, end = [0] * len(first), len(first)
    for place in reversed(range(len(first))):
        ends[place] = end
        end = place if first[place] == place else end
    return ends


def _tokens(found: Places, number: int) -> Iterator[tuple[int, int, str, int]]:
    return chain.from_iterable(
        ((start, end, field, step) for step, (start, end) in enumerate(spans))
        for field, (text, spans) in found.fields.items()
        if text == number
    )


def _cut(reader: Reader, texts: tuple[str, ...], fields: dict[str, tuple[int, list[Span]]]) -> Places:
    most = max((len(spans) for _, spans in fields.values()), default=0)
    read = most if reader.max_steps is None else min(most, reader.max_steps)
    return Places(texts, {name: (text, spans[:read]) for name, (text, spans) in fields.items()}, most - read)


def _starts_of_words(text: str) -> list[int]:
    """Of each character, where its word begins; white space belongs to the word after it."""
    found: list[int] = []
    for place, letter in enumerate(text):
        new = place == 0 or (letter.isspace() and not text[place - 1].isspace())
        found.append(place if new else found[-1])
    return found


def _words(text: str) -> list[Span]:
    """The spans of what has white space around it."""
    found: list[Span] = []
    start: int | None = None
    for place, letter in enumerate(text + " "):
        if letter.isspace():
            found += [] if start is None else [(start, place)]
            start = None
        elif start is None:
            start = place
    return found


def _written(row: Row, features: int) -> str:
    """A series as `parse` reads it."""
    steps = parse(row, features=features)
    return " ".join(",".join("?" if math.isnan(value) else f"{value:.6g}" for value in step) for step in steps.tolist())
