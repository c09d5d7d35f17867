"""How tags write spans: IOB1, IOB2 and BILOU. Every export carries a copy of this file, which needs nothing else.

A span of three tokens, one of a single token beside it, and one token that is in none:

    IOB1   I-PER I-PER I-PER B-PER O     B- only where a span touches one of its own label
    IOB2   B-PER I-PER I-PER B-PER O
    BILOU  B-PER I-PER L-PER U-PER O     read with the letters of IOBES (E for L, S for U) and BMES (M for I) too

Source: Ramshaw and Marcus 1995, Text Chunking using Transformation-Based Learning, section 3 (IOB1); Ratinov and Roth
2009, Design Challenges and Misconceptions in Named Entity Recognition, section 3 (BILOU).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

SCHEMES = ("iob1", "iob2", "bilou", "plain")  # plain: tags as they are, each token's for itself

OUTSIDE = "O"

_LETTERS = {"iob1": "BI", "iob2": "BI", "bilou": "BILU"}
_SAME = {"E": "L", "S": "U", "M": "I"}  # IOBES and BMES in BILOU's letters
_ONLY_BILOU = {"L", "U"}


class Span(NamedTuple):
    """Tokens start ... end - 1 have this label together."""

    start: int
    end: int
    label: str


def spans_of(tags: Sequence[str], scheme: str) -> list[Span]:
    """The spans that tags write, in order; none of "plain".

    Read leniently, so that what a model says always means something: what should go on a span and has none to go on
    begins one, a span that is never ended ends where it cannot go on, and a tag of no scheme is outside. So does
    seqeval read by default, and the CoNLL-2000 scorer.

    >>> spans_of(["B-PER", "I-PER", "O", "I-LOC"], "iob2")
    [Span(start=0, end=2, label='PER'), Span(start=3, end=4, label='LOC')]

    Raises ValueError for an unknown scheme.
    """
    if _known(scheme) == "plain":
        return []
    spans: list[Span] = []
    start, before, running = 0, "", ""
    for place, tag in enumerate([*tags, OUTSIDE]):
        letter, label = _parts(tag) or (OUTSIDE, "")
        goes_on = letter in "IL" and before in ("B", "I") and label == running
        if not goes_on:
            if before in ("B", "I", "L", "U"):
                spans.append(Span(start, place, running))
            start = place
        before, running = letter, label
    return spans


def tags_of(spans: Iterable[Span], length: int, scheme: str) -> tuple[str, ...]:
    """The tags that write these spans, which may come in any order, over so many tokens.

    >>> tags_of([Span(0, 2, "PER"), Span(2, 3, "PER")], 4, "iob1")
    ('I-PER', 'I-PER', 'B-PER', 'O')
    >>> tags_of([Span(0, 2, "PER"), Span(2, 3, "PER")], 4, "bilou")
    ('B-PER', 'L-PER', 'U-PER', 'O')

    Raises ValueError for an unknown scheme or "plain", which has no spans, and for spans that are empty, overlap, have
    no label or go beyond the tokens.
    """
    if _known(scheme) == "plain":
        raise ValueError('tags_of needs a scheme that writes spans, got "plain"')
    tags = [OUTSIDE] * length
    last, touching = 0, ""
    for span in sorted(spans):
        start, end, label = span
        if not last <= start < end <= length or not label:
            raise ValueError(
                f"tags_of needs spans that have a label and do not overlap, each of tokens within 0 ... {length}, "
                f"got {start} to {end} with the label {label!r} after one that ends at {last}"
            )
        tags[start:end] = _written(end - start, label, scheme, start == last and label == touching)
        last, touching = end, label
    return tuple(tags)


def wrong(tags: Sequence[str], scheme: str) -> tuple[int, str] | None:
    """The first place that breaks the scheme, and how, in words; None if nothing does. Nothing breaks "plain".

    IOB1 has room for a B- that need not be there.

    >>> wrong(["O", "I-PER"], "iob2")
    (1, 'I-PER follows O: a span of IOB2 begins with B-')
    >>> wrong(["B-PER", "I-PER"], "bilou")
    (1, 'I-PER ends the row: a span of BILOU ends with L- (IOBES: E-)')
    >>> wrong(["B"], "iob2")
    (0, "'B' is no tag of IOB2, which are O, B-LABEL and I-LABEL")

    Raises ValueError for an unknown scheme.
    """
    if _known(scheme) == "plain":
        return None
    previous: str | None = None
    for place, tag in enumerate(tags):
        why = _breaks(previous, tag, scheme)
        if why is not None:
            return place, why
        previous = tag
    why = None if previous is None else _breaks(previous, None, scheme)
    return None if why is None else (len(tags) - 1, why)


def strange(tag: str, scheme: str) -> bool:
    """Whether a tag is in no span of this scheme nor outside of all; none is to "plain".

    >>> strange("X-PER", "iob2"), strange("I-PER", "iob2")
    (True, False)

    Raises ValueError for an unknown scheme.
    """
    return _known(scheme) != "plain" and _in(tag, scheme) is None


def whole(tags: Iterable[str], scheme: str) -> set[str]:
    """The tags with all others of the same labels, so that a span of any length can be written; "plain": as they are.

    >>> sorted(whole(["U-PER", "O"], "bilou"))
    ['B-PER', 'I-PER', 'L-PER', 'O', 'U-PER']

    Raises ValueError for an unknown scheme.
    """
    given = set(tags)
    if _known(scheme) == "plain":
        return given
    labels = {found[1] for found in map(_parts, given) if found is not None} - {""}
    return given | {f"{letter}-{label}" for letter in _LETTERS[scheme] for label in labels} | {OUTSIDE}


def guess(sequences: Iterable[Sequence[str]]) -> str:
    """The scheme that sequences are written in: the one that the fewest of them break, IOB2 if several.

    "plain" where at least half of the tags, the O left aside, are in no scheme. Tags that are all O may write spans.

    >>> guess([["I-PER", "I-PER", "B-PER", "O"]]), guess([["B-PER", "O"]]), guess([["NN", "VB"]])
    ('iob1', 'iob2', 'plain')
    """
    spans = odd = 0
    letters: set[str] = set()
    breaks: Counter[str] = Counter()
    for tags in sequences:
        parts = [_parts(tag) for tag in tags]
        letters |= {found[0] for found in parts if found is not None}
        odd += parts.count(None)
        spans += sum(found is not None and found[0] != OUTSIDE for found in parts)
        breaks["iob2"] += wrong(tags, "iob2") is not None
        # B- where IOB1 need not write it.
        breaks["iob1"] += any(
            now is not None and now[0] == "B" and (before is None or before[0] == OUTSIDE or before[1] != now[1])
            for before, now in pairwise([None, *parts])
        )
    if odd and odd >= spans:
        return "plain"
    if letters & _ONLY_BILOU:
        return "bilou"
    return "iob1" if breaks["iob1"] < breaks["iob2"] else "iob2"


def follows(labels: Sequence[str], scheme: str) -> tuple[list[bool], list[list[bool]], list[bool]]:
    """Which tags may begin a row, which may follow which (pairs[earlier][later]), and which may end a row.

    A row keeps to them exactly if `wrong` finds nothing. "plain" allows all.

    >>> first, pairs, last = follows(["O", "B-PER", "I-PER"], "iob2")
    >>> first, pairs[0], last
    ([True, True, False], [True, True, False], [True, True, True])

    Raises ValueError for an unknown scheme.
    """
    if _known(scheme) == "plain":
        count = len(labels)
        return [True] * count, [[True] * count for _ in labels], [True] * count
    first = [_breaks(None, label, scheme) is None for label in labels]
    pairs = [[_breaks(earlier, later, scheme) is None for later in labels] for earlier in labels]
    return first, pairs, [_breaks(label, None, scheme) is None for label in labels]


def _known(scheme: str) -> str:
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme!r}; the schemes are {', '.join(SCHEMES)}")
    return scheme


@lru_cache(maxsize=1 << 16)
def _parts(tag: str) -> tuple[str, str] | None:
    """The letter, one of BILOU's, and the label, which may have hyphens of its own; None for a tag of no scheme."""
    if tag == OUTSIDE:
        return OUTSIDE, ""
    letter, hyphen, label = tag.partition("-")
    letter = _SAME.get(letter, letter)
    return (letter, label) if hyphen and label and letter in ("B", "I", "L", "U") else None


def _written(length: int, label: str, scheme: str, touches: bool) -> list[str]:
    """The tags of one span. touches: whether a span of its own label ends where it begins."""
    letters = ["I"] * length
    if scheme != "iob1" or touches:
        letters[0] = "B"
    if scheme == "bilou":
        letters[-1] = "U" if length == 1 else "L"
    return [f"{letter}-{label}" for letter in letters]


@lru_cache(maxsize=1 << 16)
def _breaks(earlier: str | None, later: str | None, scheme: str) -> str | None:
    """Why one tag may not follow the other; None if it may. earlier, later: None where the row begins or ends."""
    after, now = _in(earlier, scheme), _in(later, scheme)
    if now is None:
        *some, final = (f"{letter}-LABEL" for letter in _LETTERS[scheme])
        return f"{later!r} is no tag of {scheme.upper()}, which are {', '.join(['O', *some])} and {final}"
    if after is None:
        return f"{later} follows {earlier!r}, which is no tag of {scheme.upper()}"
    said, same = _said(earlier, later), after[1] == now[1]
    if scheme == "iob1":
        return None  # B- says where a span begins even where it need not; CoNLL-2003 has two of these
    if now[0] in "IL" and not (after[0] in "BI" and same):
        return f"{said}: a span of {scheme.upper()} begins with B-{' or U-' * (scheme == 'bilou')}"
    if scheme == "bilou" and after[0] in "BI" and now[0] not in "IL":
        return f"{said}: a span of BILOU ends with L- (IOBES: E-)"
    return None


def _in(tag: str | None, scheme: str) -> tuple[str, str] | None:
    """A tag's letter and label; outside where there is no tag; None if it is no tag of this scheme."""
    if tag is None:
        return OUTSIDE, ""
    found = _parts(tag)
    return found if found is not None and found[0] in (*_LETTERS[scheme], OUTSIDE) else None


def _said(earlier: str | None, later: str | None) -> str:
    if later is None:
        return f"{earlier} ends the row"
    return f"{later} begins the row" if earlier is None else f"{later} follows {earlier}"
