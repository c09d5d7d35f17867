"""The baselines and the ceiling where a text can have any number of labels: micro F1 instead of accuracy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atrous.comparing.baselines import (
    SMOOTHINGS,
    Floats,
    Ints,
    coded,
    log_probabilities,
    need_rows,
    row_scores,
    trigrams_of,
)
from atrous.data.tables import Row
from atrous.data.targets import Targets

Given = NDArray[np.bool_]


def majority(train: Sequence[Row], test: Sequence[Row], known: Targets) -> float:
    """The micro F1 on test of always giving the same labels: those most frequent ones that do best on train.

    Raises ValueError if there are no rows.
    """
    need_rows(train=train, test=test)
    wanted = _wanted(train, known)
    order = np.argsort(-wanted.sum(0), kind="stable")
    best = max(range(1, len(order) + 1), key=lambda count: micro_f1(_always(len(train), order[:count], known), wanted))
    return micro_f1(_always(len(test), order[:best], known), _wanted(test, known))


def trigrams(train: Sequence[Row], dev: Sequence[Row], test: Sequence[Row], known: Targets) -> Floats:
    """What one naive Bayes a label, which tells the rows that have it from the others, adds to the micro F1 on test.

    Returns `parts` of every row. Trigrams and smoothing as where a text has one label. Memory: twice labels x distinct
    trigrams.

    >>> rows = [Row("good", "fun", "", 1), Row("bad", "war|sad", "", 2), Row("good!", "fun", "", 3)]
    >>> trigrams(rows, rows, rows, Targets(("fun", "sad", "war"), several=True)).sum(0)
    array([8., 8.])

    Raises ValueError if one of the three is empty.
    """
    need_rows(train=train, dev=dev, test=test)
    grams, wanted = trigrams_of(train), _wanted(train, known)
    having, lacking = (_counts(train, grams, rows.astype(np.float64)) for rows in (wanted, ~wanted))
    with np.errstate(divide="ignore"):  # a label that all rows have, or none, is always given, or never
        prior = np.log(wanted.sum(0)) - np.log((~wanted).sum(0))
    best, most = np.zeros((len(grams), len(known.labels))), -1.0
    for smoothing in SMOOTHINGS:
        weights = log_probabilities(having, smoothing) - log_probabilities(lacking, smoothing)
        right = micro_f1(row_scores(dev, grams, weights, prior) > 0, _wanted(dev, known))
        if right > most:
            best, most = weights, right
    return parts(row_scores(test, grams, best, prior) > 0, _wanted(test, known))


def ceiling(rows: Sequence[Row], known: Targets) -> float:
    """The best micro F1 on these rows that any function of the text alone can reach.

    What maximises a ratio maximises, at the ratio's largest value r, numerator - r x denominator: there a text gets the
    labels that more than r / 2 of its rows have (Dinkelbach 1967, On nonlinear fractional programming).

    >>> ceiling([Row("x", "a|b", "", 1), Row("x", "a", "", 2)], Targets(("a", "b"), several=True))
    0.8571428571428571
    """
    texts = Counter(row.given for row in rows)
    pairs = Counter((row.given, label) for row in rows for label in known.named(row))
    best, found = -1.0, 0.0
    while found > best and pairs:
        best = found
        given = [(count, texts[text]) for (text, _), count in pairs.items() if 2 * count > best * texts[text]]
        found = 2 * sum(count for count, _ in given) / (pairs.total() + sum(every for _, every in given))
    return found


def parts(given: Given, wanted: Given) -> Floats:
    """Of every row the numerator and the denominator of micro F1, whose sums divide to it: (rows, 2).

    >>> parts(np.array([[True, True]]), np.array([[True, False]]))
    array([[2., 3.]])
    """
    return np.stack([2.0 * (given & wanted).sum(1), 1.0 * given.sum(1) + wanted.sum(1)], 1)


def micro_f1(given: Given, wanted: Given) -> float:
    """2 x right / (given + wanted) over all rows and labels; 0 if there is nothing.

    >>> micro_f1(np.array([[True, True]]), np.array([[True, False]]))
    0.6666666666666666
    """
    return float(2 * (given & wanted).sum() / max(1, given.sum() + wanted.sum()))


def _wanted(rows: Sequence[Row], known: Targets) -> Given:
    return known.judged.array(rows) > 0.5


def _always(rows: int, places: Ints, known: Targets) -> Given:
    given = np.zeros((rows, len(known.labels)), bool)
    given[:, places] = True
    return given


def _counts(rows: Sequence[Row], grams: Ints, weights: Floats) -> Floats:
    """How often each trigram comes with each label, (trigrams, labels); weights: of the rows, (rows, labels)."""
    counts = np.zeros((len(grams), weights.shape[1]))
    for found, owners in coded(rows):
        places = np.searchsorted(grams, found)
        for label in range(weights.shape[1]):
            counts[:, label] += np.bincount(places, weights[owners, label], len(grams))
    return counts
