"""The laws for pools: a sequence, whole or in chunks, becomes the same vector."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from atrous.contract import reorder, reset
from tests.laws import laws
from tests.laws.rows import LENGTHS, draw_rows, plans
from tests.laws.table import POOL_TABLE, make

every_pool = pytest.mark.parametrize("name", POOL_TABLE)


@every_pool
@given(plan=plans())
def test_streaming_equals_batch(name, plan):
    pool, count = make(name), len(plan.lengths)
    rows = draw_rows(plan.lengths, 3, seed=plan.seed)
    # A delay comes first: each row has some masked steps before its real ones.
    late = max(plan.waits)
    time = max(plan.lengths) + late + 1
    x = torch.full((count, time, 3), torch.nan, dtype=torch.double)
    mask = torch.zeros(count, time, dtype=torch.bool)
    for row, (one, wait) in enumerate(zip(rows.alone, plan.waits, strict=True)):
        x[row, wait : wait + one.shape[1]], mask[row, wait : wait + one.shape[1]] = one[0], True
    state = pool.step(
        torch.ones(count, 2, 3, dtype=torch.double), torch.ones(count, 2, dtype=torch.bool), pool.start(count)
    )
    state = reset(state, pool.start(count), torch.ones(count, dtype=torch.bool))
    order, at, number = torch.arange(count), 0, 0
    while at < time:
        steps = plan.chunks[number % len(plan.chunks)]
        state = pool.step(x[order, at : at + steps], mask[order, at : at + steps], state)
        turn = torch.arange(count).roll(plan.turns[number % len(plan.turns)])
        state, order, at, number = reorder(state, turn), order[turn], at + steps, number + 1
    laws.close(pool.read(state), pool(rows.x, rows.mask)[order], f"{plan}")


@every_pool
@given(lengths=LENGTHS, beyond=st.integers(0, 3))
def test_padding_never_leaks(name, lengths, beyond):
    pool, rows = make(name), draw_rows(lengths, 3, beyond=beyond)
    y = pool(rows.x, rows.mask)
    for row, one in enumerate(rows.alone):
        expected = pool(one) if one.shape[1] else torch.zeros(1, pool.outputs, dtype=torch.double)
        laws.close(y[row], expected[0], f"row {row} of {lengths}")


@every_pool
@given(lengths=LENGTHS)
def test_rows_are_strangers(name, lengths):
    pool, rows = make(name), draw_rows(lengths, 3)
    turned = torch.arange(len(lengths)).roll(1)
    laws.close(pool(rows.x[turned], rows.mask[turned]), pool(rows.x, rows.mask)[turned], "permuted rows")


@pytest.mark.parametrize("name", [name for name in POOL_TABLE if list(make(name).parameters())])
def test_every_parameter_learns(name):
    laws.every_parameter_learns(make(name), [(torch.randn(2, 12, 3, dtype=torch.double),) for _ in range(8)])


@every_pool
def test_the_declared_cost_is_the_counted_one(name):
    steps = [1, 7, 12]
    laws.cost_is_counted(make(name), [(torch.randn(1, n, 3, dtype=torch.double),) for n in steps], steps)


def test_the_learned_query_survives_scores_that_overflow_an_exponential():
    pool = make("query")
    with torch.no_grad():
        pool.query.fill_(1e4)
    x = torch.tensor([[[1.0, 1, 1], [2.0, 2, 2]]], dtype=torch.double)
    laws.close(pool(x), torch.full((1, 3), 2.0, dtype=torch.double), "the larger step wins")


def test_the_maximum_of_negative_steps_is_negative():
    x = torch.tensor([[[-3.0] * 3, [-1.0] * 3, [math.nan] * 3]], dtype=torch.double)
    mask = torch.tensor([[True, True, False]])
    assert make("max")(x, mask).tolist() == [[-1.0] * 3]
