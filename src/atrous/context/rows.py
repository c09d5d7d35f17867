"""The rows that are asked: not more than one said, and what always giving the same answer gets of them."""

from __future__ import annotations

import numpy as np

from atrous.answering.decoded import Decoded
from atrous.comparing.differences import Counts
from atrous.comparing.several import parts
from atrous.comparing.tags import PLAIN, TagJudge
from atrous.data.corpus import Corpus
from atrous.data.rows import take
from atrous.data.targets import Targets
from atrous.runtime.schemes import OUTSIDE
from atrous.training.tokens import Tokens


def thinned(corpus: Corpus, most: int) -> Corpus:
    """So many rows of each part at most, drawn without favour, in the order they came.

    >>> from atrous.data.tables import Row
    >>> from atrous.data.targets import Targets
    >>> rows = [Row(str(number), "ab"[number % 2], "", number) for number in range(10)]
    >>> [len(part) for part in thinned(Corpus(rows, rows[:2], rows, Targets(("a", "b")), ()), 3)[:3]]
    [3, 2, 3]
    """
    found = []
    for number, rows in enumerate((corpus.train, corpus.dev, corpus.test)):
        if len(rows) <= most:
            found.append(rows)
            continue
        chosen = np.zeros(len(rows), bool)
        chosen[np.random.default_rng(number).choice(len(rows), most, replace=False)] = True
        found.append(take(rows, chosen))
    return corpus._replace(train=found[0], dev=found[1], test=found[2])


def majority(tokens: Tokens, known: Targets) -> Counts:
    """What each test row adds to the score of the best answer that is always the same: (1, rows), or (1, rows, 2).

    The answer is chosen on the training rows: the most frequent label, or the most frequent ones, as many of them as do
    best. Of tags it is the most frequent one; where they write spans, that there is none.
    """
    learnt, wanted = tokens.train.targets, tokens.test.targets
    if known.scheme is not None:
        frequent = int(np.bincount(learnt, minlength=len(known.labels)).argmax())
        always = frequent if known.scheme == PLAIN or OUTSIDE not in known.numbers else known.numbers[OUTSIDE]
        judge = TagJudge(known.labels, known.scheme, np.asarray(wanted, np.int64), tokens.test.starts)
        return judge.counts(Decoded(np.full(len(wanted), always), np.ones(len(wanted))))[None]
    if not known.several:
        labels = learnt.argmax(1) if learnt.ndim == 2 else learnt
        return np.asarray(wanted == np.bincount(labels).argmax(), np.float64)[None]
    having = learnt > 0.5
    order = np.argsort(-having.sum(0), kind="stable")
    given = [np.isin(np.arange(len(order)), order[:count]) for count in range(1, len(order) + 1)]

    def f1(always: Counts) -> float:
        sums = parts(np.tile(always, (len(having), 1)), having).sum(0)
        return float(sums[0] / max(1, sums[1]))

    best = max(given, key=f1)
    return parts(np.tile(best, (len(wanted), 1)), wanted > 0.5)[None]
