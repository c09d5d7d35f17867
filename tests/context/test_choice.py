"""Answers to counts that are drawn with known scores: nothing is trained here."""

import numpy as np
import pytest

from atrous.context.choice import choose

GRID = (1, 3, 7, 15, 31, 63)
DRAWS = 20


def drawn(seed, scores, *, rows=200, seeds=3, spread=0.0):
    """Right or wrong of each window, whose seeds differ by so much, and of always the same answer, right half the time.

    Seven rows of ten are as hard for one window as for the next.
    """
    generator = np.random.default_rng(seed)
    hard, shared = generator.random(rows), generator.random(rows) < 0.7
    counts = {}
    for window, score in scores.items():
        drawn = np.where(shared, hard, generator.random((seeds, rows)))
        counts[window] = drawn < score + spread * generator.normal(size=(seeds, 1))
    return counts, generator.random((1, rows)) < 0.5


def answers(scores, *, draws=DRAWS, whole=True, margin=0.005, **options):
    found = []
    for seed in range(draws):
        counts, majority = drawn(seed, scores, **options)
        found.append(choose(counts, majority, margin=margin, whole=whole, resamples=500))
    return found


@pytest.mark.parametrize("needed", GRID)
def test_a_bend_is_found_and_never_too_early(needed):
    found = answers({window: 0.9 if window >= needed else 0.55 for window in GRID})
    assert min(one.window for one in found) == needed
    assert sum(one.window == needed for one in found) >= 0.9 * DRAWS
    assert all(one.low <= one.window <= one.high and one.share >= 0.9 for one in found)


def test_noise_of_the_rows_does_not_push_the_answer_up():
    assert sum(one.window == 1 for one in answers(dict.fromkeys(GRID, 0.8))) >= 0.9 * DRAWS


def test_noise_of_the_seeds_does_not_push_the_answer_up():
    found = answers(dict.fromkeys(GRID, 0.8), rows=800, spread=0.03)
    assert sum(one.window == 1 for one in found) >= 0.85 * DRAWS


def test_a_window_that_only_one_seed_has_learnt_is_not_passed_over():
    chance = np.random.default_rng(0).random((3, 300)) < 0.5
    learnt = chance.copy()
    learnt[1] = True
    counts = {1: chance, 3: chance[::-1], 7: learnt, 15: learnt[::-1]}
    assert choose(counts, chance[:1], margin=0.005, whole=True).window == 7


def test_a_difference_below_the_margin_is_not_worth_a_larger_window():
    rows = np.arange(4_000)
    counts = {1: (rows % 250 >= 50)[None], 3: (rows % 250 >= 49)[None]}  # 80.0 and 80.4 of 100, on the same rows
    never = np.zeros((1, len(rows)))
    assert choose(counts, never, margin=0.005, whole=True, resamples=1000).window == 1
    assert choose(counts, never, margin=0.003, whole=True, resamples=1000).window == 3


def test_equal_scores_need_no_larger_window_even_without_a_margin():
    always = np.ones((1, 50))
    found = choose({1: always, 3: always}, 0 * always, margin=0.0, whole=True)
    assert (found.window, found.low, found.high) == (1, 1, 1)


def test_a_curve_that_still_grows_says_so_unless_the_window_holds_the_rows():
    rising = dict(zip(GRID, (0.5, 0.55, 0.6, 0.65, 0.7, 0.8), strict=True))
    (found,) = answers(rising, draws=1, rows=1000, whole=False)
    assert (found.window, found.growing) == (63, True)
    (found,) = answers(rising, draws=1, rows=1000, whole=True)
    assert (found.window, found.growing) == (63, False)
    perfect = {window: np.full((1, 100), window == 63) for window in GRID}
    assert not choose(perfect, np.zeros((1, 100)), margin=0.005, whole=False).growing  # nothing can be better


def test_where_nothing_beats_the_majority_no_window_helps():
    found = answers(dict.fromkeys(GRID, 0.5))
    assert sum(one.window is None for one in found) >= 0.9 * DRAWS
    nothing = next(one for one in found if one.window is None)
    assert (nothing.low, nothing.share, nothing.growing) == (None, None, False)
    assert nothing.scores.keys() == set(GRID)


def test_windows_with_fewer_seeds_are_compared_all_the_same():
    counts, majority = drawn(1, {window: 0.9 if window >= 7 else 0.5 for window in GRID})
    found = choose({**counts, 1: counts[1][:1], 3: counts[3][:2]}, majority, margin=0.005, whole=True)
    assert found.window == 7
    assert [len(found.scores[window].seeds) for window in (1, 3, 7)] == [1, 2, 3]


def test_ratios_of_several_labels_are_judged_as_ratios():
    wanted = np.full((1, 200), 4.0)
    parts = {1: np.stack([0.5 * wanted, wanted], 2), 3: np.stack([wanted, wanted], 2)}
    found = choose(parts, np.stack([0 * wanted, wanted], 2), margin=0.005, whole=True)
    assert (found.window, found.scores[1].mean, found.scores[3].seeds) == (3, 0.5, (1.0,))


def test_the_interval_widens_where_the_bend_is_not_sharp():
    scores = dict(zip(GRID, (0.6, 0.7, 0.8, 0.83, 0.84, 0.84), strict=True))
    (found,) = answers(scores, draws=1, rows=400)
    assert found.low < found.high
    assert found.low <= found.window <= found.high
    assert found.resolution > 0.005
