"""Where a tagger errs: which types it takes for which, and what it is wrong about most surely."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nlargest
from math import prod
from typing import Any, NamedTuple

from atrous.data.tables import Row
from atrous.runtime.schemes import Span, spans_of
from atrous.runtime.tagging import TagsAnswer

_AROUND = 60  # characters of the text on each side of a mistake


class Mistake(NamedTuple):
    """Tokens that are tagged wrongly. wanted, given: a span, or the tag of a token; None where there is no span.

    probability: of what was given.
    """

    row: int
    wanted: Span | None
    given: Span | None
    probability: float

    @property
    def pair(self) -> tuple[str | None, str | None]:
        """The labels; the same twice where only the ends of a span are wrong."""
        return self.wanted and self.wanted.label, self.given and self.given.label


def mistakes(answers: Sequence[TagsAnswer], rows: Sequence[Row]) -> Iterator[Mistake]:
    """Every span that is missed, given wrongly, or given for another that lies over it; every wrong token's plain tag.

    answers: to these rows, whose tags are what is wanted.

    >>> row = Row("Ann left", "", "", 1, tokens=("Ann", "left"), tags=("U-PER", "O"))
    >>> given = TagsAnswer("Ann left", row.tokens, ((0, 3), (4, 8)), ("O", "O"), (0.9, 1.0), 0.9, (), "bilou")
    >>> [(one.pair, one.probability) for one in mistakes([given], [row])]
    [(('PER', None), 0.9)]
    """
    for number, (answer, row) in enumerate(zip(answers, rows, strict=True)):
        of_row = _of_tokens if answer.scheme == "plain" else _of_spans
        yield from (one._replace(row=number) for one in of_row(answer, row))


def confused(found: Sequence[Mistake], most: int) -> list[dict[str, Any]]:
    """How often what was taken for what, the most frequent first: see `Mistake.pair`.

    >>> confused([Mistake(0, Span(0, 1, "PER"), None, 0.9)] * 2, 5)
    [{'wanted': 'PER', 'given': None, 'count': 2}]
    """
    counts = Counter(one.pair for one in found)
    order = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:most]
    return [{"wanted": wanted, "given": given, "count": count} for (wanted, given), count in order]


def surest(
    found: Sequence[Mistake], answers: Sequence[TagsAnswer], rows: Sequence[Row], most: int
) -> list[dict[str, Any]]:
    """The mistakes whose answers are the most probable, first the surest; equal ones in the order of the rows."""
    chosen = nlargest(most, enumerate(found), key=lambda item: (item[1].probability, -item[0]))
    return [_said(one, answers[one.row], rows[one.row].line) for _, one in chosen]


def _of_tokens(answer: TagsAnswer, row: Row) -> Iterator[Mistake]:
    for place, (given, wanted) in enumerate(zip(answer.tags, row.tags, strict=False)):
        if given != wanted:
            end = place + 1
            yield Mistake(0, Span(place, end, wanted), Span(place, end, given), answer.probabilities[place])


def _of_spans(answer: TagsAnswer, row: Row) -> Iterator[Mistake]:
    given = spans_of(answer.tags, answer.scheme)
    shares = dict(zip(given, (span.probability for span in answer.spans), strict=True))
    wanted = spans_of(row.tags[: len(answer.tags)], answer.scheme)
    right = {*given} & {*wanted}
    taken: set[Span] = set()
    for span in wanted:
        if span in right:
            continue
        over = max(_lying_over(span, given), key=lambda one: _shared(span, one), default=None)
        if over is None:
            yield Mistake(0, span, None, prod(answer.probabilities[span.start : span.end]))
        elif over not in taken:
            taken.add(over)
            yield Mistake(0, span, over, shares[over])
    for one in given:
        if one not in right and not _lying_over(one, wanted):
            yield Mistake(0, None, one, shares[one])


def _lying_over(span: Span, others: Sequence[Span]) -> Sequence[Span]:
    """Those of the others, which are in order and do not overlap, that have a token in common with a span."""
    first = bisect_right(others, span.start, key=lambda one: one.end)
    return others[first : bisect_left(others, span.end, key=lambda one: one.start)]


def _shared(one: Span, other: Span) -> int:
    """How many tokens two spans have in common."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _said(one: Mistake, answer: TagsAnswer, line: int) -> dict[str, Any]:
    parts = [part for part in (one.wanted, one.given) if part is not None]
    start = answer.offsets[min(part.start for part in parts)][0]
    end = answer.offsets[max(part.end for part in parts) - 1][1]
    first, last = max(0, start - _AROUND), min(len(answer.text), end + _AROUND)
    text = "…" * (first > 0) + answer.text[first:last] + "…" * (last < len(answer.text))
    names = {"wanted": one.wanted, "given": one.given}
    return {
        **{name: None if part is None else _named(part, answer) for name, part in names.items()},
        "probability": round(one.probability, 6), "text": text, "line": line,
    }  # fmt: skip


def _named(span: Span, answer: TagsAnswer) -> dict[str, Any]:
    start, end = answer.offsets[span.start][0], answer.offsets[span.end - 1][1]
    return {"label": span.label, "text": answer.text[start:end], "start": start, "end": end}
