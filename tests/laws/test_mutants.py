"""Each law can fail: the committed mutants break it, and what they were made from does not."""

import math

import pytest
import torch

from atrous.attend.keep import Keep
from atrous.model import Model
from tests.laws import laws
from tests.laws.mutants import MUTANTS, POOL_MUTANTS, TAGGER_MUTANTS, tagger
from tests.laws.rows import Plan, draw_rows
from tests.laws.table import shaken
from tests.laws.test_models import answers, draw_batch, stream

PLANS = [
    Plan([9, 4, 1], [0, 0, 0], [1, 2, 3], [0], 0),
    Plan([9, 4, 1], [0, 2, 1], [1, 2], [1, 0], 1),
    Plan([7, 0, 11], [1, 0, 0], [2], [0, 2], 2),
]


def rows(layer, length, count=2):
    return (torch.randn(count, length, layer.inputs or 3, dtype=torch.double),)


LAWS = {
    "streaming": lambda layer: [laws.streaming_equals_batch(layer, plan) for plan in PLANS],
    "window": laws.window_is_true,
    "padding": lambda layer: [laws.padding_never_leaks(layer, lengths) for lengths in ([9, 4, 1], [5, 8])],
    "strangers": lambda layer: laws.rows_are_strangers(layer, [5, 5, 5]),
    "learning": lambda layer: laws.every_parameter_learns(layer, [rows(layer, 12) for _ in range(8)]),
    "cost": lambda layer: laws.cost_is_counted(layer, [rows(layer, 7, 1)], [7]),
}


@pytest.mark.parametrize("law, name", [(law, name) for law, mutants in MUTANTS.items() for name in mutants])
def test_the_law_catches_its_mutant(law, name):
    torch.manual_seed(0)
    with pytest.raises((AssertionError, RuntimeError)):
        LAWS[law](shaken(MUTANTS[law][name]()))


@pytest.mark.parametrize("name", POOL_MUTANTS)
def test_the_law_of_padding_catches_pools_that_see_it(name):
    pool, batch = shaken(POOL_MUTANTS[name]()), draw_rows([9, 4, 1], 3)
    y = pool(torch.where(batch.mask[..., None], batch.x - 5, math.nan), batch.mask)
    alone = torch.cat([pool(one - 5) for one in batch.alone])
    with pytest.raises(AssertionError):
        laws.close(y, alone, "padded rows")


def streamed_taggers_agree(model):
    for plan in PLANS:
        batch = draw_batch(plan.lengths, seed=plan.seed)
        laws.close(stream(model, batch, plan), answers(model, batch), f"{plan}")


@pytest.mark.parametrize("name", TAGGER_MUTANTS)
def test_the_law_of_streaming_catches_taggers_that_answer_the_wrong_steps(name):
    torch.manual_seed(0)
    streamed_taggers_agree(shaken(tagger(Model, Keep)))
    with pytest.raises((AssertionError, RuntimeError)):
        streamed_taggers_agree(shaken(TAGGER_MUTANTS[name]()))


def test_every_law_has_a_mutant():
    assert set(MUTANTS) == set(LAWS)
    assert all(MUTANTS.values())
