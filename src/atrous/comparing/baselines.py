"""What a model must beat, and what none can: the majority, naive Bayes over trigrams, and the ceiling of the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.data.tables import Row

MAJORITY = "majority"
TRIGRAMS = "character trigrams, naive Bayes"
WORDS = "each word's most frequent tag"
SPANS = "training spans, looked up"
_STRONG = (TRIGRAMS, WORDS, SPANS)  # of which a race has one

SMOOTHINGS = (1.0, 0.3, 0.1, 0.03, 0.01)

_START, _END = 0x110000, 0x110001  # above every code point
_BITS = 21  # of a code point or mark; three fit an int64
_BLOCK = 1 << 20  # trigrams that are looked at together, and numbers of a block of scores

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def strong(baselines: Mapping[str, Any]) -> str:
    """Which of a race's baselines a network must beat.

    >>> strong({MAJORITY: 0.5, WORDS: 0.9})
    "each word's most frequent tag"
    """
    return next((name for name in _STRONG if name in baselines), TRIGRAMS)


def majority(train: Sequence[Row], test: Sequence[Row]) -> float:
    """The accuracy on test of always answering the most frequent label of train, the first in order among equals.

    >>> majority([Row("", "b", "", 1), Row("", "a", "", 2)], [Row("", "a", "", 1)])
    1.0

    Raises ValueError if there are no rows.
    """
    need_rows(train=train, test=test)
    counts = Counter(row.label for row in train)
    answer = min(counts, key=lambda label: (-counts[label], label))
    return sum(row.label == answer for row in test) / len(test)


def ceiling(texts: Sequence[Hashable], labels: Sequence[str]) -> float:
    """The best accuracy on these rows that any function of the text alone can reach.

    A text that comes with several labels has one answer: at best its most frequent label.

    >>> ceiling(["Paris", "Paris", "Rome"], ["fr", "de", "it"])
    0.6666666666666666

    Raises ValueError if there are no rows, or not as many labels as texts.
    """
    need_rows(texts=texts)
    pairs = Counter(zip(texts, labels, strict=True))
    best: Counter[Hashable] = Counter()
    for (text, _), count in pairs.items():
        best[text] = max(best[text], count)
    return best.total() / len(texts)


def trigrams(train: Sequence[Row], dev: Sequence[Row], test: Sequence[Row]) -> NDArray[np.bool_]:
    """Which rows of test multinomial naive Bayes over character trigrams answers rightly: (rows,).

    A text is read with a mark before and after it; trigrams that train has not are skipped, and those of a second text
    are others than those of the first. The smoothing is the one of `SMOOTHINGS` that is right most often on dev, the
    largest among equals. Memory: labels x distinct trigrams.

    >>> rows = [Row("good", "pos", "", 1), Row("bad", "neg", "", 2)]
    >>> trigrams(rows, rows, [Row("goods", "pos", "", 1), Row("baddest", "neg", "", 2)]).tolist()
    [True, True]

    Raises ValueError if one of the three is empty.
    """
    need_rows(train=train, dev=dev, test=test)
    labels = sorted({row.label for row in train})
    places = {label: place for place, label in enumerate(labels)}
    known, counts = _counts(train, [places[row.label] for row in train], len(labels))
    prior = np.log(np.bincount([places[row.label] for row in train], minlength=len(labels)) / len(train))
    best, most = log_probabilities(counts, SMOOTHINGS[0]), -1.0
    for smoothing in SMOOTHINGS:
        weights = log_probabilities(counts, smoothing)
        right = float(_rights(dev, known, weights, prior, places).mean())
        if right > most:
            best, most = weights, right
    return _rights(test, known, best, prior, places)


def need_rows(**parts: Sequence[object]) -> None:
    """Raise ValueError for the first of these parts that is empty."""
    for name, part in parts.items():
        if not len(part):
            raise ValueError(f"a baseline needs at least one row in {name}, got none")


def coded(rows: Sequence[Row]) -> Iterator[tuple[Ints, Ints]]:
    """Blocks of (trigram, place of its row) pairs in the order of the rows; a text of n characters has n trigrams.

    Those of a second text are below 0, and so are none of the first's.
    """
    first = 0
    while first < len(rows):
        texts, owners_of, second, size, last = list[bytes](), list[int](), list[bool](), 0, first
        while last < len(rows) and (size < _BLOCK or last == first):
            row = rows[last]
            for text in (row.text,) if row.beside is None else (row.text, row.beside):
                second.append(len(owners_of) > 0 and owners_of[-1] == last)
                owners_of.append(last)
                texts.append(text.encode("utf-32-le", "surrogatepass"))
                size += len(text) + 2
            last += 1
        lengths = np.array([len(text) // 4 + 2 for text in texts], np.int64)
        ends = np.cumsum(lengths)
        codes = np.empty(size, np.int64)
        inside = np.ones(size, bool)
        inside[ends - 1] = inside[ends - lengths] = False
        codes[inside] = np.frombuffer(b"".join(texts), "<u4")
        codes[ends - lengths], codes[ends - 1] = _START, _END
        text_of = np.repeat(np.arange(len(texts)), lengths)
        whole = text_of[2:] == text_of[:-2]
        trigram, text_of = ((codes[:-2] << 2 * _BITS) | (codes[1:-1] << _BITS) | codes[2:])[whole], text_of[2:][whole]
        # All 63 bits are in use; the sign is free to tell the second text's from the first's.
        yield np.where(np.array(second)[text_of], ~trigram, trigram), np.array(owners_of, np.int64)[text_of]
        first = last


def trigrams_of(rows: Sequence[Row]) -> Ints:
    """The distinct trigrams of the rows in order."""
    return np.unique(np.concatenate([np.unique(found) for found, _ in coded(rows)]))


def _counts(rows: Sequence[Row], labels: Sequence[int], classes: int) -> tuple[Ints, Floats]:
    """The trigrams of the rows in order, and how often each comes with each label: (trigrams,), (trigrams, labels)."""
    label_of = np.array(labels, np.int64)
    known = trigrams_of(rows)
    counts = np.zeros(len(known) * classes)
    for found, owners in coded(rows):
        cells, times = np.unique(np.searchsorted(known, found) * classes + label_of[owners], return_counts=True)
        counts[cells] += times
    return known, counts.reshape(len(known), classes)


def log_probabilities(counts: Floats, smoothing: float) -> Floats:
    """The logarithm of each trigram's probability given each label, (trigrams, labels), from how often they came."""
    smooth = counts + smoothing
    # Without any trigram the sum is 0; else it is no smaller than the smoothing.
    weights: Floats = np.log(smooth) - np.log(np.maximum(smooth.sum(axis=0), smoothing))
    return weights


def _rights(
    rows: Sequence[Row], known: Ints, weights: Floats, prior: Floats, places: dict[str, int]
) -> NDArray[np.bool_]:
    answers = row_scores(rows, known, weights, prior).argmax(axis=1)
    wanted = np.fromiter((places.get(row.label, -1) for row in rows), np.int64, len(rows))
    return np.asarray(answers == wanted)


def row_scores(rows: Sequence[Row], known: Ints, weights: Floats, prior: Floats) -> Floats:
    """The prior and the weights of each row's trigrams, summed: (rows, labels)."""
    scores = np.tile(prior, (len(rows), 1))
    step = max(1, _BLOCK // weights.shape[1])
    for found, owners in coded(rows) if len(known) else ():
        at = np.minimum(np.searchsorted(known, found), len(known) - 1)
        seen = known[at] == found
        at, owners = at[seen], owners[seen]
        for first in range(0, len(at), step):
            part, whose = at[first : first + step], owners[first : first + step]
            starts = np.flatnonzero(np.diff(whose, prepend=-1))
            scores[whose[starts]] += np.add.reduceat(weights[part], starts, axis=0)
    return scores
