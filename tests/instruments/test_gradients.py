import json

import pytest
import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.data.batch import Examples
from atrous.errors import DataError
from atrous.instruments import gradients as module
from atrous.instruments.gradients import gradients
from atrous.instruments.lags import gradient_per_lag
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

READER = Reader(Tokeniser("bytes", False, ()))
TEXTS = ["a good film, seen twice", "bad", "", "what a long and boring film this was, and it went on"]
SMALL = ["embed.channels=6", "encode.channels=6", "encode.depth=2"]


def fresh(name="tcn", more=()):
    torch.manual_seed(0)
    return Bundle.fresh(load(None, [*SMALL, *more], encode=name), READER, ("neg", "pos"))


def examples(texts=TEXTS):
    return Examples.of(READER, texts, [number % 2 for number in range(len(texts))])


def test_a_model_that_was_never_trained_has_a_start_and_no_end():
    found = gradients(fresh(), examples())
    assert found.rows == 3  # one has no token
    assert found.lags.end is None
    assert found.lags.start.beyond == 0
    assert (found.lags.first, found.lags.last) == (-12, 0)
    assert len(found.lags.start.shares) == 13
    assert all(layer.end is None and layer.start > 0 for layer in found.layers)
    assert found.remarks == ()
    json.dumps(found.to_json())


def test_start_and_end_are_measured_on_the_same_rows_and_signs():
    """A model whose training moved nothing is the same at both."""
    bundle = fresh()
    torch.manual_seed(bundle.settings.train.seed)
    bundle = Bundle.fresh(bundle.settings, READER, bundle.labels)
    bundle.scores = {"seed": 0}
    found = gradients(bundle, examples())
    assert found.lags.start == found.lags.end
    assert all(layer.start == layer.end for layer in found.layers)
    with torch.no_grad():
        bundle.model.encode.parts[0].sum.paths[1].parts[0].bias.add_(0.5)
    found = gradients(bundle, examples())
    assert found.lags.start != found.lags.end


def test_the_lags_are_those_of_the_embedded_row():
    bundle, one = fresh(), examples(TEXTS[:1])
    batch, _ = one.batch([0])
    found = gradients(bundle, one, positions=40, seed=5)
    embedded = (bundle.model.embed(batch), batch.mask)
    sizes = gradient_per_lag(bundle.model.eval().encode, [embedded], positions=40, seed=5)
    kept = sizes.sizes[-12 - sizes.lowest : 1 - sizes.lowest]
    assert found.lags.start.shares == pytest.approx([size / sum(kept) for size in kept])


def test_the_same_seed_gives_the_same_numbers():
    bundle = fresh()
    first = gradients(bundle, examples(), rows=2, seed=1)
    torch.rand(3)
    assert gradients(bundle, examples(), rows=2, seed=1) == first
    assert any(gradients(bundle, examples(), rows=2, seed=seed) != first for seed in (2, 3, 4))


def test_rows_shorter_than_the_window_are_said_to_hide_it():
    found = gradients(fresh(), examples(["abcd", "ab"]))
    assert (found.lags.first, found.lags.last) == (-3, 0)
    assert found.remarks == (
        "no row is long enough for 9 of the 13 tokens that the encoder sees: only lags from -3 to 0 can be measured",
    )


def test_a_window_without_end_is_measured_as_far_as_the_rows_go(monkeypatch):
    bundle = Bundle.fresh(load(None, SMALL[:2], encode="gru"), READER, ("neg", "pos"))
    found = gradients(bundle, examples())
    assert (found.lags.first, found.lags.last, found.lags.start.beyond) == (-51, 0, 0)
    assert found.remarks == ("the window has no end (back): lags from -51 to 0 are shown, no row reaches further",)
    monkeypatch.setattr(module, "LAGS", 2)
    cut = gradients(bundle, examples())
    assert (cut.lags.first, cut.lags.start.span) == (-2, found.lags.start.span)
    assert cut.lags.start.beyond == pytest.approx(sum(found.lags.start.shares[:-3]))
    assert "what lies beyond is added up" in cut.remarks[0]


def test_long_rows_are_cut(monkeypatch):
    monkeypatch.setattr(module, "STEPS", 16)
    found = gradients(fresh(), examples())
    assert found.remarks == ("2 of 3 rows are longer than 16 tokens; so many are read of them",)
    cut = gradients(fresh(), examples([text[:16] for text in TEXTS]))
    assert (found.lags, found.layers) == (cut.lags, cut.layers)


def test_a_gradient_reaches_the_values_of_a_series_and_a_table_that_does_not_learn():
    torch.manual_seed(0)
    reader = Reader(series=Series((0.5,), (0.5,)))
    series = Bundle.fresh(load(None, [*SMALL, "embed.name=values"], encode="tcn"), reader, ("neg", "pos"))
    still = fresh()
    still.model.embed.requires_grad_(False)
    rows = Examples.of(reader, ["0 1 0.5 1", "1 0 ? 0", "0.5"], [0, 1, 0])
    for bundle, of in ((series, rows), (still, examples())):
        first = gradients(bundle, of).layers[0]
        assert first.name.startswith("embed: ") and first.start > 0
    expected = gradients(fresh(), examples()).layers
    assert gradients(still, examples()).layers == expected


def test_a_dead_network_is_refused_with_the_layer_it_ends_at():
    bundle = Bundle.fresh(load(None, SMALL[:2], encode="ngram"), READER, ("neg", "pos"))
    for path in bundle.model.encode.parts[0].paths:
        torch.nn.init.constant_(path.bias, -1e6)
    wanted = r"ends behind encode: Conv\(6, 6, kernel=5, right=2\), which gets none.* is attend: Max"
    with pytest.raises(DataError, match=wanted):
        gradients(bundle, examples())


def test_a_head_of_zeros_stops_it_too():
    bundle = fresh()
    torch.nn.init.zeros_(bundle.model.predict.linear.weight)
    with pytest.raises(DataError, match=r"ends behind attend: Max.* is predict: Classes"):
        gradients(bundle, examples())


def test_rows_that_the_model_is_sure_of_leave_nothing_to_measure():
    bundle = fresh()
    bundle.model.predict.linear.bias.detach().copy_(torch.tensor([1e4, -1e4]))
    with pytest.raises(DataError, match="the loss of every row is 0"):
        gradients(bundle, examples(TEXTS[:1]))


def test_rows_without_a_token_are_refused():
    with pytest.raises(DataError, match="no row has a single token"):
        gradients(fresh(), examples(["", ""]))


def test_the_model_is_left_as_it_was():
    bundle = fresh()
    bundle.model.train()
    gradients(bundle, examples())
    assert bundle.model.training
    assert all(parameter.grad is None for parameter in bundle.model.parameters())
    assert not any(module._forward_hooks for module in bundle.model.modules())
