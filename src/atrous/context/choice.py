"""Which window is enough: the smallest that no larger one beats by more than luck and by as much as matters."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from atrous.comparing.differences import Counts, redrawn

SURE = 0.95
_NOTHING = "majority"
_GAP = 1.45  # standard deviations to the median gap between the two best of three


@dataclass(frozen=True)
class Score:
    """What a window scored on the test rows: the mean over its seeds, its 95 % interval, and each seed."""

    mean: float
    low: float
    high: float
    seeds: tuple[float, ...]


@dataclass(frozen=True)
class Choice:
    """What the scores say.

    window: the smallest that suffices; None if none is better than no window, always the same answer.
    low, high: of 100 redrawn test sets and seeds 95 or more say a window from the one to the other; share: how many,
        0 to 1. growing: the largest window is clearly better than the one before, and more would fit.
    resolution: the smallest difference between the window and a larger one that could have been told from luck.
    """

    window: int | None
    low: int | None
    high: int | None
    share: float | None
    growing: bool
    resolution: float
    scores: dict[int, Score]
    majority: float


def choose(
    counts: Mapping[int, Counts], majority: Counts, *, margin: float, whole: bool, resamples: int = 10_000
) -> Choice:
    """The smallest window that no larger one beats.

    counts: of each window, as `differences` takes them: (seeds, rows) or (seeds, rows, 2). majority: the same of always
        giving the same answer. margin: the difference that matters. whole: whether the largest window holds the rows.

    A larger window beats a smaller one if it scores `margin` higher and the interval of the difference, over redrawn
    rows and redrawn seeds, does not reach zero. Each window is compared with all larger ones, so the intervals are
    those of as many comparisons (Bonferroni). How far seeds differ is taken from the two best of each window, in the
    median over the windows: three seeds of one say too little of it, and a seed that has learnt nothing where another
    has is no luck of that kind.

    >>> generator = np.random.default_rng(0)
    >>> right = {window: generator.random((3, 500)) < (0.9 if window > 3 else 0.5) for window in (1, 3, 7, 15)}
    >>> found = choose(right, generator.random((1, 500)) < 0.5, margin=0.005, whole=True)
    >>> found.window, found.low, found.high
    (7, 7, 7)
    """
    names = {str(window): window for window in sorted(counts)}
    means, drawn = redrawn({**{name: counts[window] for name, window in names.items()}, _NOTHING: majority}, resamples)
    seeds = {window: _of_seeds(array) for window, array in counts.items()}
    gaps = [sorted(scores)[-1] - sorted(scores)[-2] for scores in seeds.values() if len(scores) > 1]
    luck = _GAP * statistics.median_low(gaps) if gaps else 0.0
    generator = np.random.default_rng(1)
    tried = list(names.values())
    score = np.array([means[name] for name in names])
    redone = np.stack([
        drawn[name] + generator.normal(0, luck / np.sqrt(len(seeds[window])), len(drawn[name]))
        for name, window in names.items()
    ])  # fmt: skip
    tail = 100 * (1 - SURE) / 2 / max(1, len(tried) - 1)
    lucky = np.zeros((len(tried), len(tried)))  # what luck alone may give the larger window
    for small in range(len(tried)):
        for large in range(small + 1, len(tried)):
            low = np.percentile(redone[large] - redone[small], tail)
            lucky[small, large] = score[large] - score[small] - low
    place = int(_smallest(score[:, None], lucky, margin)[0])
    above = redone - drawn[_NOTHING]
    helps = any(
        score[one] - means[_NOTHING] >= margin and np.percentile(above[one], tail) > 0 for one in range(len(tried))
    )
    ends = np.percentile(redone, [2.5, 97.5], axis=1).T
    found = {
        window: Score(float(mean), float(low), float(high), tuple(seeds[window]))
        for window, mean, (low, high) in zip(tried, score, ends, strict=True)
    }
    if not helps:
        return Choice(None, None, None, None, False, 0.0, found, float(means[_NOTHING]))
    answers = _smallest(redone, lucky, margin)
    low, high = (int(end) for end in np.percentile(answers, [2.5, 97.5], method="nearest"))
    last = len(tried) - 1
    return Choice(
        window=tried[place],
        low=tried[min(low, place)],
        high=tried[max(high, place)],
        share=float(np.mean((answers >= min(low, place)) & (answers <= max(high, place)))),
        growing=bool(place == last > 0 and not whole and score[last] <= 1 - margin),
        resolution=float(max(margin, min(lucky[place, place + 1 :], default=0.0))),
        scores=found,
        majority=float(means[_NOTHING]),
    )


def _smallest(scores: Counts, lucky: Counts, margin: float) -> Counts:
    """Of each column of scores, (windows, draws), the place of the first window that no later one beats."""
    places = np.full(scores.shape[1], len(scores) - 1)
    for small in range(len(scores) - 2, -1, -1):
        better = scores[small + 1 :] - scores[small]
        beaten = ((better >= margin) & (better > lucky[small, small + 1 :, None])).any(0)
        places[~beaten] = small
    return places


def _of_seeds(array: Counts) -> list[float]:
    numbers = np.asarray(array, np.float64)
    if numbers.ndim == 2:
        return [float(one) for one in numbers.mean(1)]
    return [float(one) for one in numbers[..., 0].sum(1) / np.maximum(1, numbers[..., 1].sum(1))]
