"""What a tagger must beat: the tags that words had in training, looked up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from atrous.comparing.baselines import need_rows
from atrous.comparing.tags import PLAIN, parts
from atrous.data.tables import Row
from atrous.runtime.schemes import OUTSIDE, Span, spans_of, tags_of

LONGEST = 12  # tokens of a span that is looked up

Floats = NDArray[np.float64]


def majority(train: Sequence[Row], test: Sequence[Row], scheme: str) -> Floats:
    """What each row of test adds to the score if every token gets the most frequent tag of train: (rows, 2).

    Where tags write spans that is no span at all.

    >>> rows = [Row("a b c", "", "", 1, tokens=("a", "b", "c"), tags=("NN", "NN", "VB"))]
    >>> majority(rows, rows, "plain").tolist()
    [[2.0, 3.0]]

    Raises ValueError if there are no rows.
    """
    need_rows(train=train, test=test)
    always = OUTSIDE if scheme != PLAIN else _most(Counter(tag for row in train for tag in row.tags))
    return np.array([parts([always] * len(row.tags), row.tags, scheme) for row in test])


def words(train: Sequence[Row], test: Sequence[Row]) -> Floats:
    """What each row of test adds to the accuracy if every token gets the most frequent tag of its word in train.

    A word that train does not have gets the most frequent tag of those that it has once.

    >>> rows = [Row("a b", "", "", 1, tokens=("a", "b"), tags=("DT", "NN"))]
    >>> words(rows, [Row("a c", "", "", 1, tokens=("a", "c"), tags=("DT", "DT"))]).tolist()
    [[2.0, 2.0]]

    Raises ValueError if there are no rows.
    """
    need_rows(train=train, test=test)
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in train:
        for token, tag in zip(row.tokens or (), row.tags, strict=True):
            seen[token][tag] += 1
    rare = Counter(tag for tags in seen.values() if tags.total() == 1 for tag in tags)
    unknown = _most(rare or Counter(tag for row in train for tag in row.tags))
    best = {token: _most(tags) for token, tags in seen.items()}
    return np.array([parts([best.get(one, unknown) for one in row.tokens or ()], row.tags, PLAIN) for row in test])


def spans(train: Sequence[Row], test: Sequence[Row], scheme: str) -> Floats:
    """What each row of test adds to the F1 of spans that are looked up among those of train: (rows, 2).

    From the left the longest run of tokens that is a span in train more often than it is not, with the label it has
    most often there.

    >>> rows = [Row("Ann Lee", "", "", 1, tokens=("Ann", "Lee"), tags=("B-PER", "I-PER"))]
    >>> test = [Row("by Ann Lee", "", "", 1, tokens=("by", "Ann", "Lee"), tags=("O", "B-PER", "I-PER"))]
    >>> spans(rows, test, "iob2").tolist()
    [[2.0, 2.0]]

    Raises ValueError if there are no rows.
    Source: Tjong Kim Sang, De Meulder 2003, section 4 (the baseline), https://aclanthology.org/W03-0419
    """
    need_rows(train=train, test=test)
    seen: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for row in train:
        for start, end, label in spans_of(row.tags, scheme):
            if end - start <= LONGEST:
                seen[(row.tokens or ())[start:end]][label] += 1
    longest = max(map(len, seen), default=0)
    there = Counter(run for row in train for _, run in _runs(row.tokens or (), longest) if run in seen)
    known = {run: _most(labels) for run, labels in seen.items() if 2 * labels.total() > there[run]}
    found = []
    for row in test:
        given, last = [], 0
        for start, run in _runs(row.tokens or (), longest):
            if start >= last and run in known:
                last = start + len(run)
                given.append(Span(start, last, known[run]))
        found.append(parts(tags_of(given, len(row.tags), scheme), row.tags, scheme))
    return np.array(found)


def _runs(tokens: tuple[str, ...], longest: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every run of tokens and where it begins, from the left, the longest first."""
    for start in range(len(tokens)):
        for length in range(min(longest, len(tokens) - start), 0, -1):
            yield start, tokens[start : start + length]


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda tag: (-counts[tag], tag))
