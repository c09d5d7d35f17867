"""A tagger's answer on other tokens of the same text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from atrous.runtime.schemes import Span, tags_of
from atrous.runtime.tagging import TagsAnswer

UNKNOWN = "_"  # the plain tag of a token that the model has not read


def tags_on(answer: TagsAnswer, offsets: Sequence[tuple[int, int]], scheme: str) -> tuple[str, ...]:
    """One tag for each of the tokens that stand there: of the span over it, or the plain tag that begins there.

    scheme: of the tags; "plain" where the answer's are.

    >>> from atrous.runtime.tagging import SpanAnswer
    >>> spans = (SpanAnswer(0, 2, "PER", "An", 0.9),)
    >>> offsets = ((0, 1), (1, 2), (2, 3))
    >>> given = ("Ann", ("A", "n", "n"), offsets, ("B-PER", "L-PER", "O"), (0.9, 0.9, 0.9), 0.729, spans)
    >>> answer = TagsAnswer(*given, scheme="bilou")
    >>> tags_on(answer, [(0, 3)], "iob2")
    ('B-PER',)
    """
    if answer.scheme == "plain":
        tags = {start: tag for (start, _), tag in zip(answer.offsets, answer.tags, strict=True)}
        return tuple(tags.get(start, UNKNOWN) for start, _ in offsets)
    starts, ends = [start for start, _ in offsets], [end for _, end in offsets]
    found: list[Span] = []
    for span in answer.spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end)
        first = max(first, found[-1].end if found else 0)
        if first < last:
            found.append(Span(first, last, span.label))
    return tags_of(found, len(offsets), scheme)
