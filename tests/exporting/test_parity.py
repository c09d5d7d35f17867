from random import Random

import pytest
import torch
from tests.exporting.conftest import SPELLED, WORDS, fresh, fresh_tagger
from tests.laws import mutants

from atrous.data.batch import Examples
from atrous.errors import NotStreamable
from atrous.exporting import parity
from atrous.exporting.rows import drawn, interesting
from atrous.layers import LSTM, Conv
from atrous.model import Model
from atrous.window import Window

ROWS = Examples.of(WORDS, drawn(WORDS, interesting(Window(left=8), Random(0)), Random(0)))


def model_of(layer, pool="max"):
    """A model with that encoder."""
    torch.manual_seed(0)
    bundle = fresh("lstm", f"attend.name={pool!r}")
    return Model(bundle.model.embed, layer, bundle.model.attend, bundle.model.predict).eval()


def readings(model, rows=ROWS):
    """The ways of reading the model in torch that do not agree."""
    reference = parity.alone(model, rows)
    decided = parity.decided_by(model)
    found = [
        parity.compare("alone", lambda: parity.alone(model, rows, backwards=True), reference),
        parity.compare("padded", lambda: parity.padded(model, rows, Random(0)), reference),
        parity.compare("batched", lambda: parity.batched(model, rows, Random(0)), reference),
        parity.compare(
            "streamed",
            lambda: parity.streamed(
                model.start, model.step, rows, Random(0), grain=model.grain, flush=model.flush, decided=decided
            ),
            reference,
        ),
    ]
    return {reading.way for reading in found if not reading.passed}


def test_a_model_that_keeps_the_contract_reads_the_same_in_every_way():
    assert readings(model_of(LSTM(8, 8))) == set()


def test_a_pool_that_takes_the_end_of_the_batch_for_the_rows_own_is_caught():
    model = model_of(LSTM(8, 8))
    model.attend = mutants.LastOfTheChunk(8)
    assert readings(model) >= {"padded", "batched"}


@pytest.mark.parametrize(
    "layer, caught",
    [
        (lambda: mutants.LostState(8, 8, kernel=3), {"streamed"}),
        (lambda: mutants.PaddingKept(8, 8, kernel=3, right=1), {"padded", "batched"}),
        (lambda: mutants.BatchNormalised(8), {"batched"}),
    ],
)
def test_each_way_of_reading_catches_its_own_mistake(layer, caught):
    assert readings(model_of(layer())) >= caught


TAGGED = Examples.of(SPELLED, drawn(SPELLED, interesting(Window(left=8), Random(0)), Random(0)))


def tagger_of(layer, kind=Model):
    """A tagger with that encoder."""
    bundle = fresh_tagger("conv")
    return kind(bundle.model.embed, layer, bundle.model.attend, bundle.model.predict).eval()


def test_a_tagger_gives_every_token_the_same_logits_in_every_way():
    model = tagger_of(Conv(8, 8, kernel=5, right=2))
    assert parity.alone(model, TAGGED).shape == (TAGGED.starts[-1], 3)
    assert readings(model, TAGGED) == set()


@pytest.mark.parametrize(
    "layer, kind, caught",
    [
        (lambda: mutants.LostState(8, 8, kernel=3), Model, {"streamed"}),
        (lambda: mutants.PaddingKept(8, 8, kernel=3, right=1), Model, {"padded", "batched"}),
        (lambda: Conv(8, 8, kernel=5, right=2), mutants.MaskNotDelayed, {"streamed"}),
    ],
)
def test_each_way_of_reading_a_tagger_catches_its_own_mistake(layer, kind, caught):
    assert readings(tagger_of(layer(), kind), TAGGED) >= caught


def test_as_many_logits_are_needed():
    reading = parity.compare("streamed", lambda: torch.zeros(3, 2), torch.zeros(4, 2))
    assert not reading.passed
    assert reading.verdict == "DIFFERS"


def test_a_model_that_draws_lots_does_not_even_agree_with_itself():
    model = model_of(LSTM(8, 8))
    model.predict.dropout = 0.5
    model.train()
    assert "alone" in readings(model)


def test_a_model_with_weights_that_are_no_numbers_fails():
    model = model_of(LSTM(8, 8))
    with torch.no_grad():
        model.predict.linear.weight.fill_(torch.nan)
    assert readings(model) == {"alone", "padded", "batched", "streamed"}


def test_the_tolerance_grows_with_the_largest_logit_and_a_refusal_keeps_its_reason():
    reading = parity.compare("x", lambda: torch.tensor([[100.0009]]), torch.tensor([[-100.0]]))
    assert (reading.passed, reading.tolerance) == (False, pytest.approx(1e-3))
    assert parity.compare("x", lambda: torch.tensor([[100.0009]]), torch.tensor([[100.0]])).passed

    def refuses():
        raise NotStreamable("needs its end")

    for may_refuse in (True, False):
        reading = parity.compare("x", refuses, torch.zeros(1, 1), may_refuse=may_refuse)
        assert (reading.passed, reading.verdict) == (may_refuse, "refused: needs its end")
        assert reading.to_json()["reason"] == "needs its end"


def test_folding_a_model_for_its_copy_leaves_the_model_at_work():
    bundle = fresh("tcn", "encode.depth=1")
    before = bundle.predict(["a good film"])
    for _ in range(2):  # folding a copy took the weight from the model, whose class the copy shared
        assert parity.ready(bundle.model) is not bundle.model
    assert bundle.predict(["a good film"]) == before


def test_very_long_rows_are_read_few_at_a_time():
    lengths = [parity.STEPS // 3, parity.STEPS * 2, 5, 5, 5, 5, 5, 5]
    rows = Examples.of(WORDS, ["good " * length for length in lengths])
    for seed in range(5):
        groups = list(parity._groups(rows, Random(seed)))
        assert sorted(row for group in groups for row in group) == list(range(8))
        steps = [len(group) * max(lengths[row] for row in group) for group in groups if len(group) > 1]
        assert max(steps) <= parity.STEPS
