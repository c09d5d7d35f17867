"""Gradient x input against its definition, and against what a linear model is known to be."""

import pytest
import torch
from tests.explaining.small import READER, linear

from atrous.bundle import Bundle
from atrous.config import load
from atrous.data.batch import Examples
from atrous.embed import Tokens
from atrous.encode import ENCODERS
from atrous.explaining.gradient import gradients
from atrous.explaining.odds import log_odds
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

BYTES = Reader(Tokeniser("bytes", False, ()))
LABELS = ("a", "b", "c")


def odds_of(model, label):
    return lambda logits: log_odds(model.predict, logits, label)


def batch_of(reader, row):
    batch = Examples.of(reader, [row]).batch([0])[0]
    return batch._replace(values=None if batch.values is None else batch.values.double())


def test_of_a_linear_model_the_scores_are_its_weights_and_nothing_is_left():
    torch.manual_seed(0)
    weights = torch.randn(READER.sizes["ids"], 2)
    ids = READER("not a good film !")["ids"]
    model = linear(weights)
    found = gradients(model, batch_of(READER, "not a good film !"), odds_of(model, 1))
    own = (weights[ids, 1] - weights[ids, 0]).double()
    torch.testing.assert_close(torch.from_numpy(found.fields["ids"][:, 0]), own, rtol=1e-5, atol=1e-5)
    assert found.log_odds == pytest.approx(float(own.sum()), abs=1e-5)
    assert (found.nothing, found.flat) == (pytest.approx(0, abs=1e-6), False)


@pytest.mark.parametrize("name", ENCODERS)
def test_a_score_is_how_fast_the_log_odds_change_with_the_length_of_a_vector(name):
    torch.manual_seed(3)
    bundle = Bundle.fresh(load(None, ["embed.channels=6", "embed.bigrams=0"], encode=name), BYTES, LABELS)
    model = bundle.model.double().eval()
    batch = batch_of(BYTES, "a film")
    found = gradients(model, batch, odds_of(model, 2))
    x = model.embed(batch).detach()

    def odds(step, factor):
        scaled = x.clone()
        scaled[0, step] *= factor
        pooled = model.attend(model.encode(scaled, batch.mask), model.encode.after(batch.mask))
        return float(log_odds(model.predict, model.predict(pooled), 2)[0].detach())

    slow = [(odds(step, 1 + 1e-6) - odds(step, 1 - 1e-6)) / 2e-6 for step in range(x.shape[1])]
    assert found.fields["ids"][:, 0].tolist() == pytest.approx(slow, abs=1e-6)
    assert found.log_odds == pytest.approx(odds(0, 1.0))


def test_the_features_of_a_step_add_up_to_it():
    reader = Reader(series=Series((0.0, 1.0), (1.0, 2.0)))
    torch.manual_seed(0)
    model = Bundle.fresh(load(None, ["embed.name=values"], encode="tcn"), reader, LABELS).model.double().eval()
    found = gradients(model, batch_of(reader, "1,2 ?,4 5,1"), odds_of(model, 0))
    assert found.fields["values"].shape == (3, 4)
    assert found.fields["values"][1, 0] == 0  # what is missing speaks through its flag
    assert found.fields["values"][1, 2] != 0
    assert (found.fields["values"][[0, 2], 2:] == 0).all()


def test_the_two_tokens_of_a_pair_share_what_it_gives():
    torch.manual_seed(0)
    model = linear(torch.randn(READER.sizes["ids"], 2))
    size = READER.sizes["ids"]
    paired = Tokens(size, size, bigrams=50)
    with torch.no_grad():
        paired.vectors.zero_()
    model.embed = paired
    batch = batch_of(READER, "not a film")
    x = model.embed(batch).detach()[0].double()
    each = (x @ (model.predict.linear.weight[1] - model.predict.linear.weight[0]).detach().double()).tolist()
    wanted = [each[0] + each[1] / 2, each[1] / 2 + each[2] / 2, each[2] / 2]
    assert gradients(model, batch, odds_of(model, 1)).fields["ids"][:, 0].tolist() == pytest.approx(wanted, abs=1e-5)
