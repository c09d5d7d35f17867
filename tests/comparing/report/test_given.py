"""What the page reads out of the results."""

import math
from typing import Any

import pytest
from tests.comparing.report.made import made, without_runs

from atrous.comparing.baselines import TRIGRAMS
from atrous.comparing.report.given import Difference, Race, called, sequence
from atrous.errors import ConfigError


def race(**changed: Any) -> Race:
    return Race({**made(models=3, labels=2), **changed})


def test_models_stand_from_best_to_worst_and_keep_their_places() -> None:
    found = race()
    assert [one.mean for one in found.ranked] == sorted(
        (one.mean for one in found.entries), key=lambda mean: -(mean or 0)
    )
    assert [one.place for one in found.entries] == [0, 1, 2]
    assert found.best is found.entry("bag")


def test_scores_are_named_as_they_are_spoken() -> None:
    assert race(score="micro_f1").score == "micro F1"
    assert race(score=None).score == "accuracy"


def test_a_window_may_have_no_end() -> None:
    raw = made(models=7)["models"][6] | {"window": {"left": "inf", "right": 2, "stride": 1}}
    assert race(models=[raw]).entries[0].window == (math.inf, 2.0)
    assert race(models=[raw | {"window": {"left": None, "right": 2}}]).entries[0].window is None


def test_epochs_without_a_score_are_passed_over() -> None:
    curve = [{"epoch": 1, "dev_accuracy": 0.5}, {"epoch": 2, "dev_accuracy": None}, {"epoch": 3, "dev_accuracy": 0.7}]
    entry = race(models=[{"name": "a", "curves": [{"seed": 4, "curve": curve}, {"seed": 5, "curve": []}]}]).entries[0]
    assert entry.curves == [(4, [1.0, 3.0], [0.5, 0.7])]


def test_a_difference_can_be_read_from_both_ends() -> None:
    one = Difference("a", "b", 0.1, -0.1, 0.3, False)
    assert one.of("a") == one
    assert one.of("b") == Difference("b", "a", -0.1, -0.3, 0.1, False)


def test_a_pair_without_an_interval_is_passed_over() -> None:
    pair = {"better": "a", "worse": "b", "difference": 0.1, "low": None, "high": 0.2, "clear": True}
    assert race(differences=[pair]).differences == []


def test_runs_that_did_not_finish_have_no_numbers() -> None:
    found = Race(without_runs())
    assert (found.ranked, found.best, found.entries[0].window, found.entries[0].curves) == ([], None, None, [])


def test_parts_that_are_missing_are_empty() -> None:
    found = Race({"format": 2, "baselines": None, "ceiling": None})
    assert (found.entries, found.baselines, found.baseline, found.ceiling, found.differences) == (
        [],
        {},
        None,
        None,
        [],
    )
    assert sequence("text") == ()


def test_naive_bayes_has_a_short_name() -> None:
    assert [called(TRIGRAMS), called("x" * 50, 5)] == ["naive Bayes", "xxxx…"]


def test_another_format_is_refused() -> None:
    with pytest.raises(ConfigError, match="results of format None"):
        Race({})
