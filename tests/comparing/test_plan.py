from dataclasses import replace

import pytest

from atrous.comparing.plan import Costs, Plan

FULL = Plan(budget=100_000, seeds=5, rates=3, epochs=10, patience=3)
COSTS = [Costs(run=2.0, epoch=3.0, speed=4.0), Costs(run=1.0, epoch=6.0, speed=4.0, searched=False)]


def test_the_estimate_is_the_sum_over_all_runs():
    assert FULL.runs([True, False]) == 7 + 5
    expected = 7 * (2 + 10 * 3) + 4 + 5 * (1 + 10 * 6) + 4
    assert FULL.seconds(COSTS) == expected
    assert FULL.within(COSTS, spent=30).estimate_minutes == pytest.approx((expected + 30) / 60, abs=0.01)


def test_without_minutes_nothing_is_cut():
    assert replace(FULL.within(COSTS), estimate_minutes=None) == FULL


# What there is to choose from, in order: (seeds, epochs, rates).
STEPS = [
    *((seeds, 10, 3) for seeds in (5, 4, 3)),
    *((3, epochs, 3) for epochs in (9, 8, 7, 6, 5, 4)),
    *((3, 4, rates) for rates in (2, 1)),
    *((3, epochs, 1) for epochs in (3, 2)),
    (2, 2, 1),
]


@pytest.mark.parametrize("minutes", [0.5, 1, 1.3, 1.6, 2, 3, 3.7, 4.5, 6, 8, 9])
def test_the_first_plan_in_order_that_fits_is_taken(minutes):
    plans = [replace(FULL, seeds=seeds, epochs=epochs, rates=rates) for seeds, epochs, rates in STEPS]
    wanted = next((plan for plan in plans if plan.seconds(COSTS) <= 60 * minutes), plans[-1])
    found = replace(FULL, minutes=minutes).within(COSTS)
    assert replace(found, minutes=None, cut=(), estimate_minutes=None) == wanted


def test_seeds_go_first_and_the_last_two_stay():
    assert replace(FULL, minutes=8).within(COSTS).cut == ("seeds: 4 instead of 5",)
    least = replace(FULL, minutes=0.01).within(COSTS)
    assert (least.seeds, least.epochs, least.rates) == (2, 2, 1)


def test_fewer_than_the_floor_are_never_made_more():
    plan = replace(FULL, seeds=1, rates=1, epochs=1, minutes=0.01).within(COSTS)
    assert (plan.seeds, plan.rates, plan.epochs, plan.cut) == (1, 1, 1, ())


def test_what_cannot_be_done_is_said_with_by_how_much():
    said = replace(FULL, minutes=0.5).within(COSTS).said([True, False])
    assert said[0].startswith("4 runs of up to 2 epochs: about ")
    assert "the same for all models: seeds: 2 instead of 5; epochs: 2 instead of 10; learning rates tried: 1" in said[1]
    assert "minutes more than --minutes 0.5" in said[2]
    assert FULL.said([True]) == []


def test_the_record_lists_the_seeds():
    record = replace(FULL, first_seed=7).to_json([True, False])
    assert record["seeds"] == [7, 8, 9, 10, 11]
    assert record["runs"] == 12
    assert "first_seed" not in record
