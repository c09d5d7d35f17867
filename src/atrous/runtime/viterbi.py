"""The best path through the labels of each row. Needs numpy alone; every export carries a copy."""

from __future__ import annotations

import numpy as np

from atrous.runtime.chain import Chain, Numbers, Places, Steps, blocks, check


def best(emissions: Numbers, chain: Chain) -> Places:
    """The path of the highest score, (steps,), by Viterbi's algorithm; of equal ones, see `best_of_rows`.

    emissions: (steps, labels).

    >>> chain = Chain(np.zeros(2, np.float32), np.array([[1, 0], [-1e4, 1]], np.float32), np.zeros(2, np.float32))
    >>> best(np.array([[0, 3], [1, 0], [1, 0]], np.float32), chain).tolist()
    [1, 1, 1]

    Raises ValueError if the shapes do not fit.
    """
    return best_of_rows(emissions, np.array([0, len(emissions)]), chain)


def best_of_rows(emissions: Numbers, starts: Places, chain: Chain) -> Places:
    """The best path of every row, end to end: (steps of all rows,).

    emissions: (steps of all rows, labels); row r is steps starts[r] ... starts[r + 1] - 1.
    Of paths with equal scores it is the one whose last label has the smaller number, then the one before it, and so on.
    Numbers of float32 add in double without rounding, mostly, so that equal scores are equal however rows are batched.

    >>> chain = Chain(*(np.zeros(shape, np.float32) for shape in (2, (2, 2), 2)))
    >>> best_of_rows(np.array([[0, 1], [1, 0], [2, 2]], np.float32), np.array([0, 2, 2, 3]), chain).tolist()
    [1, 0, 0]

    Source: Viterbi 1967, https://doi.org/10.1109/TIT.1967.1054010
    """
    check(emissions, chain)
    paths = np.zeros(len(emissions), np.int64)
    rows = np.arange(len(starts) - 1)
    for tried in (chain.strict(), chain.priced()):
        dead = [_best(emissions, steps, tried, paths) for steps in blocks(rows, starts, chain)]
        rows = np.concatenate(dead) if dead else rows[:0]
    return paths


def _best(emissions: Numbers, steps: Steps, chain: Chain, paths: Places) -> Places:
    """Write the best path of each row into `paths`; the rows that have none."""
    begin, transitions, end = chain
    moves = transitions[:, :, None]
    score = begin[:, None] + emissions[steps.places[0]].T
    scores = [score]
    for places in steps.places[1:]:
        score = (score[:, None, : len(places)] + moves).max(0)
        score += emissions[places].T
        scores.append(score)
    # Only the maxima were kept. Which label each came from is asked again of the labels on the path, which are few.
    after = np.zeros(0, np.int64)
    dead = np.zeros(len(steps.rows), bool)
    for step in range(len(scores) - 1, -1, -1):
        score, goes_on = scores[step], len(after)
        final = score[:, goes_on:] + end[:, None]
        dead[goes_on : score.shape[1]] = np.isneginf(final.max(0, initial=-np.inf))
        before = score[:, :goes_on] + transitions[:, after]
        after = np.concatenate([before.argmax(0), final.argmax(0)])
        paths[steps.places[step]] = after
    return steps.rows[dead]
