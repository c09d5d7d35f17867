"""The paths through the labels of a row: the best, the k best, how probable each is. Needs numpy alone; exported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atrous.runtime.chain import FORBIDDEN, Chain, Numbers, Places, Steps, blocks, check
from atrous.runtime.viterbi import best, best_of_rows

Sums = NDArray[np.float64]
_EXACT = np.exp(-600.0)

__all__ = [
    "FORBIDDEN",
    "Chain",
    "Lattice",
    "best",
    "best_of_rows",
    "k_best",
    "marginals",
    "read",
    "read_rows",
    "span_probability",
]


class Lattice(NamedTuple):
    """All paths of one row: the log of the summed weights before and after each label, and of all of them.

    forward: (steps, labels), of all that end in a label, its emission with them.
    backward: (steps, labels), of all that go on from it, without its emission. total: of whole paths.
    """

    emissions: Numbers
    chain: Chain
    forward: Sums
    backward: Sums
    total: float

    def marginals(self) -> Sums:
        """How probable each label is at each step, whatever the others are: (steps, labels), rows sum to 1."""
        return np.asarray(np.exp(self.forward + self.backward - self.total))

    def probability(self, start: int, tags: Sequence[int] | Places) -> float:
        """How probable it is that exactly these labels stand at start, start + 1, ...

        Raises ValueError if they do not fit into the row.
        """
        if not 0 <= start <= start + len(tags) <= len(self.forward):
            raise ValueError(f"a row of {len(self.forward)} steps has no {len(tags)} labels from step {start} on")
        if not len(tags):
            return 1.0
        path, last = np.asarray(tags, np.int64), start + len(tags) - 1
        inside = self.chain.transitions[path[:-1], path[1:]].sum()
        inside += self.emissions[np.arange(start + 1, last + 1), path[1:]].sum(dtype=np.float64)
        return float(np.exp(self.forward[start, path[0]] + inside + self.backward[last, path[-1]] - self.total))


def read(emissions: Numbers, chain: Chain) -> Lattice:
    """The lattice of one row, emissions (steps, labels): see `read_rows`."""
    return read_rows(emissions, np.array([0, len(emissions)]), chain)[0]


def read_rows(emissions: Numbers, starts: Places, chain: Chain) -> list[Lattice]:
    """The lattice of every row, by the forward-backward algorithm over logarithms in double.

    emissions: (steps of all rows, labels); row r is steps starts[r] ... starts[r + 1] - 1.

    >>> chain = Chain(*(np.zeros(shape, np.float32) for shape in (2, (2, 2), 2)))
    >>> one, none = read_rows(np.array([[0, 0]], np.float32), np.array([0, 1, 1]), chain)
    >>> one.marginals().tolist(), one.probability(0, [1]), none.total
    ([[0.5, 0.5]], 0.5, 0.0)

    Raises ValueError if the shapes do not fit.
    Source: Rabiner 1989, section III.A, https://doi.org/10.1109/5.18626; Lafferty, McCallum, Pereira 2001, section 4
    """
    check(emissions, chain)
    forward, backward = np.zeros(emissions.shape), np.zeros(emissions.shape)
    totals = np.zeros(len(starts) - 1)
    chains = [chain.strict()] * len(totals)
    rows = np.arange(len(totals))
    for tried in (chain.strict(), chain.priced()):
        for steps in blocks(rows, starts, chain):
            _sums(emissions, steps, tried, forward, backward, totals)
        for row in rows.tolist():
            chains[row] = tried
        rows = np.flatnonzero(np.isneginf(totals))
    parts = [slice(first, last) for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
    return [
        Lattice(emissions[part], one, forward[part], backward[part], total)
        for part, one, total in zip(parts, chains, totals.tolist(), strict=True)
    ]


def _sums(emissions: Numbers, steps: Steps, chain: Chain, forward: Sums, backward: Sums, totals: Sums) -> None:
    """Write the sums of each row into `forward`, `backward` and `totals`."""
    begin, transitions, end = (np.asarray(part, np.float64) for part in chain)
    there, back_there = _Moves.of(transitions), _Moves.of(transitions.T)
    score = begin[:, None] + emissions[steps.places[0]].T
    forward[steps.places[0]] = score.T
    for places in steps.places[1:]:
        score = there.after(score[:, : len(places)]) + emissions[places].T
        forward[places] = score.T
    back, after = np.zeros((len(end), 0)), steps.places[-1][:0]
    for places in reversed(steps.places):
        ended = np.repeat(end[:, None], len(places) - len(after), 1)
        back = np.concatenate([back_there.after(back + emissions[after].T), ended], 1)
        backward[places], after = back.T, places
    totals[steps.rows] = _log_sum(back + begin[:, None] + emissions[after].T)


class _Moves(NamedTuple):
    """Transitions, and their weights beside the largest."""

    transitions: Sums
    weights: Sums
    top: float

    @classmethod
    def of(cls, transitions: Sums) -> _Moves:
        top = transitions.max()
        top = 0.0 if np.isneginf(top) else float(top)
        return cls(transitions, np.exp(transitions - top), top)

    def after(self, scores: Sums) -> Sums:
        """The logarithms of the summed weights after one more move: (labels, rows) -> (labels, rows)."""
        if not scores.size:
            return scores
        highest = scores.max(0)
        highest[np.isneginf(highest)] = 0.0
        # A matrix product instead of an exponential for every move. What is lost in a sum is below e^-700 for each
        # label, so a sum that is far larger is exact; the others are taken anew.
        summed = self.weights.T @ np.exp(scores - highest)
        with np.errstate(divide="ignore"):
            found = np.log(summed) + (highest + self.top)
        lost = (summed < _EXACT).any(0)
        if lost.any():
            found[:, lost] = _log_sum(scores[:, None, lost] + self.transitions[:, :, None])
        return np.asarray(found)


def _log_sum(scores: Sums) -> Sums:
    """The logarithm of the summed exponentials over the first axis; minus infinity where all are."""
    highest = scores.max(0)
    highest = np.where(np.isneginf(highest), 0.0, highest)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(scores - highest).sum(0)) + highest)


def marginals(emissions: Numbers, chain: Chain) -> Sums:
    """How probable each label is at each step, (steps, labels), whatever the others are: see `read_rows`.

    >>> chain = Chain(*(np.zeros(shape, np.float32) for shape in (2, (2, 2), 2)))
    >>> marginals(np.array([[0, 0]], np.float32), chain).tolist()
    [[0.5, 0.5]]
    """
    return read(emissions, chain).marginals()


def span_probability(emissions: Numbers, chain: Chain, start: int, end: int, tags: Sequence[int] | Places) -> float:
    """How probable it is that exactly these labels stand at steps start ... end - 1; see `Lattice.probability`.

    That a span ends there is another thing where its last tag may be followed by one that goes on (IOB2): take off how
    probable the same labels and that one are.

    >>> chain = Chain(*(np.zeros(shape, np.float32) for shape in (2, (2, 2), 2)))
    >>> round(span_probability(np.zeros((3, 2), np.float32), chain, 1, 3, [0, 1]), 6)
    0.25

    Raises ValueError if they are not so many, or the row has no such steps.
    """
    if end - start != len(tags):
        raise ValueError(f"steps {start} ... {end - 1} have {end - start} labels, got {len(tags)}")
    return read(emissions, chain).probability(start, tags)


def k_best(emissions: Numbers, chain: Chain, k: int) -> list[tuple[Places, float]]:
    """The k paths of the highest scores, best first, each with its log-probability; fewer if there are no more.

    emissions: (steps, labels). Equal ones are ordered as `best` chooses. No path has a forbidden move, if any has none.

    >>> chain = Chain(*(np.zeros(shape, np.float32) for shape in (2, (2, 2), 2)))
    >>> two = k_best(np.eye(2, dtype=np.float32), chain, 2)
    >>> [(path.tolist(), round(float(np.exp(found)), 3)) for path, found in two]
    [([0, 1], 0.534), ([0, 0], 0.197)]

    Raises ValueError if k is below 1 or the shapes do not fit.
    Source: Seshadri, Sundberg 1994, List Viterbi decoding algorithms, section II, https://doi.org/10.1109/TCOMM.1994.577040
    """
    if k < 1:
        raise ValueError(f"k_best needs k >= 1, got {k}")
    check(emissions, chain)
    if not len(emissions):
        return [(np.zeros(0, np.int64), 0.0)]
    found = _k_best(emissions, chain.strict(), k) or _k_best(emissions, chain.priced(), k)
    total = read(emissions, chain).total
    return [(path, score - total) for path, score in found]


def _k_best(emissions: Numbers, chain: Chain, k: int) -> list[tuple[Places, float]]:
    labels = len(chain.end)
    partial = (chain.begin + emissions[0])[:, None]  # (labels, so many best partial paths that end in each)
    came: list[tuple[NDArray[np.int32], int]] = []  # (so many, labels): label * so many before + which of its paths
    for emission in emissions[1:]:
        ways = (partial[:, :, None] + chain.transitions[:, None, :]).reshape(-1, labels)
        # A stable order: of equal ones the smaller label first, then the better of its paths.
        chosen = np.argsort(-ways, axis=0, kind="stable")[:k]
        came.append((chosen.astype(np.int32), partial.shape[1]))
        partial = (np.take_along_axis(ways, chosen, 0) + emission).T
    final = (partial + chain.end[:, None]).ravel()
    found = []
    for place in np.argsort(-final, kind="stable")[:k].tolist():
        if np.isneginf(final[place]):
            break
        label, which = divmod(place, partial.shape[1])
        path = [label]
        for origins, before in reversed(came):
            label, which = divmod(int(origins[which, label]), before)
            path.append(label)
        found.append((np.array(path[::-1], np.int64), float(final[place])))
    return found
