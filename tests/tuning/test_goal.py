import pytest

from atrous.errors import ConfigError
from atrous.tuning.goal import TRIALS, Goal


def test_without_a_word_there_are_thirty_trials():
    assert (Goal().most, Goal().reached(TRIALS - 1), Goal().reached(TRIALS)) == (TRIALS, False, True)


def test_time_is_counted_from_the_beginning():
    assert not Goal(minutes=5).over
    assert Goal(minutes=5, started=Goal().started - 301).over
    assert not Goal(trials=3, started=0.0).over
    assert Goal(minutes=5).over_in(301)
    assert not Goal(minutes=5).over_in(290)
    assert not Goal(trials=3).over_in(1e9)


def test_the_estimate_is_of_what_ends_first():
    assert "time for some 5 trials" in Goal(trials=100, minutes=1).estimate(1, 12.0)
    assert "other 2 trials take 0.4 minutes" in Goal(trials=3, minutes=1).estimate(1, 12.0)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"trials": 0}, "--trials 0: expected 1 or more"),
        ({"minutes": 0.0}, "--minutes 0: expected a number above 0"),
        ({"minutes": -1.5}, "--minutes -1.5"),
        ({"minutes": float("nan")}, "--minutes nan"),
        ({"minutes": float("inf")}, "--minutes inf"),
    ],
)
def test_what_is_out_of_range_is_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        Goal(**options)
