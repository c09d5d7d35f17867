"""What stands beside the models of a race: simple baselines, and the ceiling that the labels set."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atrous.comparing import baselines, lookup, several
from atrous.comparing.baselines import MAJORITY, SPANS, TRIGRAMS, WORDS
from atrous.comparing.tags import PLAIN
from atrous.data.corpus import Corpus

Counts = NDArray[np.float64]


class References(NamedTuple):
    """baselines: the score on test of each, by its name; None where it does not apply.

    ceiling: see `baselines`; None of taggers, whose rows seldom come twice.
    counts: of the one to beat on every test row, as `differences` reads those of a model with one seed; None without.
    """

    baselines: dict[str, float | None]
    ceiling: float | None
    counts: Counts | None


def references(corpus: Corpus, *, series: bool = False) -> References:
    """The baselines and the ceiling of these rows.

    series: whether rows are numbers, in which characters say nothing: there the naive Bayes is left out.

    >>> from atrous.data.tables import Row
    >>> from atrous.data.targets import Targets
    >>> rows = [Row("good", "pos", "", 1), Row("bad", "neg", "", 2)]
    >>> references(Corpus(rows, rows, rows, Targets(("neg", "pos")), ())).baselines
    {'majority': 0.5, 'character trigrams, naive Bayes': 1.0}

    Raises ValueError if a part of the corpus is empty.
    """
    train, dev, test, known = corpus.train, corpus.dev, corpus.test, corpus.targets
    if known.scheme is not None:
        return _of_tags(corpus, known.scheme)
    score: float | None = None
    counts: Counts | None = None
    if known.several:
        always = several.majority(train, test, known)
        highest = several.ceiling(test, known)
        if not series:
            found = several.trigrams(train, dev, test, known)
            counts = found[None]
            score = float(found[:, 0].sum() / max(1, found[:, 1].sum()))
    else:
        always = baselines.majority(train, test)
        highest = baselines.ceiling([row.given for row in test], [row.label for row in test])
        if not series:
            right = baselines.trigrams(train, dev, test)
            counts, score = right.astype(np.float64)[None], float(right.mean())
    return References({MAJORITY: always, TRIGRAMS: score}, highest, counts)


def _of_tags(corpus: Corpus, scheme: str) -> References:
    """Of taggers: the tags that words, or the spans that runs of words, had in training."""
    always = lookup.majority(corpus.train, corpus.test, scheme)
    if scheme == PLAIN:
        name, found = WORDS, lookup.words(corpus.train, corpus.test)
    else:
        name, found = SPANS, lookup.spans(corpus.train, corpus.test, scheme)
    scores = [float(part[:, 0].sum() / max(1.0, part[:, 1].sum())) for part in (always, found)]
    return References(dict(zip((MAJORITY, name), scores, strict=True)), None, found[None])
