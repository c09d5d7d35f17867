import pytest
from tests.comparing.races import raced

from atrous.comparing.entry import turns
from atrous.comparing.runs import Run


def entry(name="gru", rates=3, **options):
    found, _, _ = raced(name, **options)
    found.follow(rates, 4)
    return found


def ran(entry, rate, seed, dev):
    failure = None if dev is not None else "the loss is nan"
    entry.runs.append(Run(entry.name, rate, seed, dev=dev, test=dev, seconds=1.0, failure=failure))


def test_the_width_is_solved_unless_the_user_said_it():
    assert 47_500 <= entry().fitted.parameters <= 52_500
    fixed = entry(overrides=["encode.channels=12"])
    assert fixed.settings.encode.channels == 12
    assert "was set to 12" in fixed.report({})["budget"]["note"]


def test_the_rate_that_is_best_on_dev_is_kept_for_the_other_seeds():
    one = entry()
    assert one.rates == (0.01, 0.00333, 0.03)
    for rate, dev in zip(one.rates, (0.6, 0.8, None), strict=True):
        ran(one, rate, 0, dev)
    assert one.rate == 0.00333
    ran(one, 0.00333, 1, 0.9)
    report = one.report({})
    assert (report["scores"], report["seeds"], report["rate"]) == ([0.8, 0.9], [0, 1], 0.00333)
    assert report["rates"] == [
        {"rate": 0.00333, "dev": 0.8, "failure": None},
        {"rate": 0.01, "dev": 0.6, "failure": None},
        {"rate": 0.03, "dev": None, "failure": "the loss is nan"},
    ]
    assert report["failed_seeds"] == 0  # a rate that failed in the search is no failed seed
    assert one.best == one.runs[-1]


def test_among_equal_rates_the_preset_is_kept():
    one = entry()
    for rate in one.rates:
        ran(one, rate, 0, 0.5)
    assert one.rate == 0.01


def test_where_every_rate_failed_the_lowest_goes_on_and_one_seed_has_failed():
    one = entry()
    for rate in one.rates:
        ran(one, rate, 0, None)
    ran(one, one.rate, 1, 0.7)
    report = one.report({})
    assert (report["rate"], report["failed_seeds"], report["scores"]) == (0.00333, 1, [0.7])


def test_a_rate_that_the_user_gave_is_not_sought():
    one = entry(overrides=["train.rate=0.5", "train.seed=7"])
    assert (one.rates, one.rate, one.first_seed) == ((0.5,), 0.5, 7)
    ran(one, 0.5, 7, 0.5)
    assert one.report({})["rates"] == []
    assert one.report({})["settings"]["train"]["rate"] == 0.5


@pytest.mark.parametrize("rates, seeds", [(3, 3), (1, 2), (2, 1)])
def test_every_round_gives_each_model_one_turn(rates, seeds):
    entries = [entry("bag", rates), entry("gru", rates, overrides=["train.rate=0.5"])]
    taken = []
    for one, rate, seed in turns(entries, seeds):
        taken.append((one.name, rate, seed))
        ran(one, rate, seed, rate)  # the higher the rate the better
    bag = [turn for turn in taken if turn[0] == "bag"]
    assert len(bag) == rates + seeds - 1
    assert len(taken) - len(bag) == seeds
    assert [seed for _, _, seed in bag] == [0] * rates + [*range(1, seeds)]
    assert {rate for _, rate, seed in bag if seed} <= {max(rate for _, rate, _ in bag)}
    assert [name for name, _, _ in taken[:2]] == ["bag", "gru"]
