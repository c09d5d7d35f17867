import numpy as np
import pytest

from atrous.comparing.differences import differences


def drawn(seed, accuracy, *, rows=400, seeds=3):
    return np.random.default_rng(seed).random((seeds, rows)) < accuracy


def test_the_interval_is_that_of_resampling_by_hand():
    counts = {"a": drawn(1, 0.8, rows=60), "b": drawn(2, 0.7, rows=60)}
    (found,) = differences(counts, resamples=20_000)
    generator = np.random.default_rng(5)
    by_hand = []
    for _ in range(20_000):
        chosen = generator.integers(0, 60, 60)
        by_hand.append(counts["a"][:, chosen].mean() - counts["b"][:, chosen].mean())
    low, high = np.percentile(by_hand, [2.5, 97.5])
    assert found["difference"] == pytest.approx(counts["a"].mean() - counts["b"].mean())
    # Two draws of 20,000: the ends differ by less than a tenth of the interval.
    assert found["low"] == pytest.approx(low, abs=(high - low) / 10)
    assert found["high"] == pytest.approx(high, abs=(high - low) / 10)


def test_pairing_sees_what_unpaired_scores_hide():
    worse = drawn(1, 0.5, seeds=1)
    better = worse.copy()
    better[:, np.flatnonzero(~worse[0])[:12]] = True  # right on all the same rows, and on twelve more of 400
    (found,) = differences({"worse": worse, "better": better})
    assert (found["better"], found["worse"], found["clear"]) == ("better", "worse", True)
    unpaired = 2 * np.sqrt(2 * 0.25 / 400)
    assert found["difference"] < unpaired


def test_equal_models_are_not_told_apart():
    same = drawn(1, 0.8)
    (found,) = differences({"a": same, "b": same})
    assert (found["difference"], found["low"], found["high"], found["clear"]) == (0, 0, 0, False)


def test_about_one_interval_in_twenty_misses_where_there_is_no_difference():
    missed = sum(
        differences({"a": drawn(2 * n, 0.8, seeds=1), "b": drawn(2 * n + 1, 0.8, seeds=1)}, resamples=500)[0]["clear"]
        for n in range(200)
    )
    assert 0 < missed <= 16  # clear says that one side is better: 2.5 % for each of the two sides, so 10 of 200


def test_micro_f1_is_a_ratio_of_sums():
    right, rows = np.array([[[2, 3], [0, 1], [4, 4]]]), 3
    other = np.zeros_like(right)
    other[..., 1] = right[..., 1]
    found = differences({"a": right, "b": other}, resamples=2000)[0]
    assert found["difference"] == pytest.approx(6 / 8)
    ratios = []
    for chosen in np.ndindex(*(rows,) * rows):  # every way to draw three rows
        sums = right[0, list(chosen)].sum(0)
        ratios.append(sums[0] / sums[1])
    ends = np.percentile(ratios, [2.5, 97.5], method="inverted_cdf")
    assert [found["low"], found["high"]] == pytest.approx(ends)


def test_every_pair_is_there_once_and_models_may_have_fewer_seeds():
    counts = {"a": drawn(1, 0.9), "b": drawn(2, 0.6, seeds=2), "baseline": drawn(3, 0.3, seeds=1)}
    found = differences(counts, resamples=200)
    assert [(one["better"], one["worse"]) for one in found] == [("a", "baseline"), ("a", "b"), ("b", "baseline")]
    assert differences(counts, resamples=200) == found
    assert differences({"a": counts["a"]}) == []


def test_models_must_have_answered_the_same_rows():
    with pytest.raises(ValueError, match=r"same rows for every model, at least one, got \[3, 4\]"):
        differences({"a": np.ones((1, 3)), "b": np.ones((1, 4))})
