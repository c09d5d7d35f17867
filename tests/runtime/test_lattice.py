import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.chains import drawn, flat, iob, random_chain, random_emissions, small
from tests.slow import paths

from atrous.runtime.lattice import FORBIDDEN, Chain, best, best_of_rows, k_best, marginals, read_rows, span_probability


@given(small, st.integers(1, 8) | st.integers(1, 300))
def test_the_k_best_are_the_first_of_all_paths_with_their_probabilities(case, k):
    emissions, chain = drawn(case)
    expected, total = paths.paths(emissions, chain)[:k], paths.log_total(emissions, chain)
    found = k_best(emissions, chain, k)
    assert [tuple(path.tolist()) for path, _ in found] == [path for path, _ in expected]
    np.testing.assert_allclose([log for _, log in found], [one - total for _, one in expected], atol=1e-5)


def test_the_k_best_may_all_end_in_one_label():
    rng = np.random.default_rng(6)
    chain = random_chain(rng, 3).allowing([True] * 3, np.ones((3, 3), bool).tolist(), [False, True, False])
    emissions = random_emissions(rng, 4, 3)
    found = [tuple(path.tolist()) for path, _ in k_best(emissions, chain, 7)]
    assert found == [path for path, _ in paths.paths(emissions, chain)[:7]]


@given(small)
def test_marginals_are_sums_over_all_paths(case):
    emissions, chain = drawn(case)
    found = marginals(emissions, chain)
    assert found.shape == emissions.shape
    np.testing.assert_allclose(found, paths.marginals(emissions, chain), atol=1e-5)


@given(small, st.data())
def test_the_probability_of_labels_in_a_row_is_a_sum_over_all_paths(case, data):
    emissions, chain = drawn(case)
    start = data.draw(st.integers(0, len(emissions)))
    end = data.draw(st.integers(start, len(emissions)))
    tags = [data.draw(st.integers(0, len(chain.end) - 1)) for _ in range(start, end)]
    found = span_probability(emissions, chain, start, end, tags)
    assert found == pytest.approx(paths.probability(emissions, chain, start, tags), abs=1e-5)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 12), max_size=12), st.integers(1, 5), st.booleans())
def test_rows_end_to_end_are_read_as_each_by_itself(seed, lengths, labels, whole):
    rng = np.random.default_rng(seed)
    chain = random_chain(rng, labels, forbidden=0.2, whole=whole)
    emissions, starts = flat(rng, lengths, labels, whole=whole)
    rows = [emissions[first : first + length] for first, length in zip(starts, lengths, strict=False)]
    alone = [best(row, chain) for row in rows]
    assert best_of_rows(emissions, starts, chain).tolist() == [label for path in alone for label in path]
    for row, found in zip(rows, read_rows(emissions, starts, chain), strict=True):
        np.testing.assert_allclose(found.marginals(), marginals(row, chain), atol=1e-12)


def test_rows_of_no_step_and_of_one():
    rng = np.random.default_rng(2)
    chain, none, one = random_chain(rng, 3), np.zeros((0, 3), np.float32), random_emissions(rng, 1, 3)
    assert best(none, chain).tolist() == [] and marginals(none, chain).shape == (0, 3)
    assert [(path.tolist(), log) for path, log in k_best(none, chain, 5)] == [([], 0.0)]
    assert span_probability(none, chain, 0, 0, []) == 1.0
    scores = one[0].astype(np.float64) + chain.begin + chain.end
    assert best(one, chain).tolist() == [scores.argmax()]
    np.testing.assert_allclose(marginals(one, chain)[0], np.exp(scores) / np.exp(scores).sum())


def test_no_path_has_a_forbidden_move_however_much_the_emissions_ask_for_it():
    # Each of 10,000 steps prefers an I- by 50 nats: 500,000 for a path that may not be, against a price of 10,000.
    labels, chain = iob(2)
    emissions = np.zeros((10_000, len(labels)), np.float32)
    emissions[::2, labels.index("I-0")] = 50
    emissions[1::2, labels.index("I-1")] = 50
    for path in (best(emissions, chain), *(path for path, _ in k_best(emissions, chain, 3))):
        assert paths.allowed(path.tolist(), chain)
    assert marginals(emissions, chain)[0, labels.index("I-0")] == 0
    # A label that is never left: one side of the row must give way altogether, and its price would be the lesser evil.
    stays = Chain(np.zeros(2), np.array([[0, FORBIDDEN], [FORBIDDEN, 0]]), np.zeros(2))
    sides = np.repeat(np.array([[50.0, 0.0], [0.0, 50.0]]), [4_000, 4_001], axis=0)
    assert best(sides, stays).tolist() == [1] * 8_001
    assert marginals(sides, stays)[:, 1].min() == pytest.approx(1)


def test_where_no_path_is_allowed_the_fewest_forbidden_moves_are_made():
    labels, chain = iob(1)
    emissions = np.array([[-np.inf, -np.inf, 0.0], [5.0, 0.0, 0.0]])
    assert [labels[label] for label in best(emissions, chain)] == ["I-0", "O"]
    # Beside a row that has one: each for itself.
    both = best_of_rows(np.concatenate([emissions, np.zeros((2, 3))]), np.array([0, 2, 4]), chain)
    assert both.tolist() == [2, 0, 0, 0]
    np.testing.assert_allclose(marginals(emissions, chain).sum(1), 1)


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_ten_thousand_steps_of_float32_are_read_as_those_of_float64(scale):
    rng = np.random.default_rng(3)
    labels, constrained = iob(4)
    chain = Chain(*(part + noise for part, noise in zip(constrained, random_chain(rng, len(labels)), strict=True)))
    emissions = random_emissions(rng, 10_000, len(labels), scale=scale)
    double = Chain(*(np.asarray(part, np.float64) for part in chain))
    found = marginals(emissions, chain)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-7)
    np.testing.assert_allclose(found, marginals(emissions.astype(np.float64), double), atol=1e-7)
    # A probability of the middle knows nothing of the far ends: computed from a window, it is the same.
    window = marginals(emissions[4_800:5_200], chain)
    np.testing.assert_allclose(found[4_950:5_050], window[150:250], atol=1e-6)
    assert best(emissions, chain).tolist() == best(emissions.astype(np.float64), double).tolist()


def test_what_does_not_fit_is_refused():
    chain = random_chain(np.random.default_rng(4), 3)
    with pytest.raises(ValueError, match=r"got \(5, 2\), \(3,\), \(3, 3\) and \(3,\)"):
        best(np.zeros((5, 2), np.float32), chain)
    with pytest.raises(ValueError, match="got 0"):
        k_best(np.zeros((5, 3), np.float32), chain, 0)
    with pytest.raises(ValueError, match="a row of 5 steps has no 2 labels from step 4 on"):
        span_probability(np.zeros((5, 3), np.float32), chain, 4, 6, [0, 1])
    with pytest.raises(ValueError, match=r"steps 4 ... 4 have 1 labels, got 2"):
        span_probability(np.zeros((5, 3), np.float32), chain, 4, 5, [0, 1])
