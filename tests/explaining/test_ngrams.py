"""The winning n-grams, held against every window of every row."""

import json

import numpy as np
import pytest
import torch
from tests.explaining.small import LABELS, READER, detector, linear

from atrous.bundle import Bundle
from atrous.config import load
from atrous.data.batch import Examples
from atrous.encode import ENCODERS
from atrous.errors import ConfigError, DataError
from atrous.explaining.ngrams import active, around, influence, maxima, run, winning_ngrams
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser
from atrous.window import Window

ROWS = ["a Good film", "", "not good", "a bad film", "good good", "not Good , a film", "NOT good"]
BYTES = Reader(Tokeniser("bytes", False, ()))
CONVOLUTIONS = [name for name in ENCODERS if name not in
                {"attention", "bigru", "bilstm", "birnn", "gru", "hybrid", "lstm", "rnn"}]  # fmt: skip


def test_the_filters_say_what_they_look_for_and_for_whom():
    found = winning_ngrams(detector(), READER, LABELS, ROWS)
    assert [one.to_json() for one in found] == [
        {"filter": 1, "label": "neg", "weight": 1.5, "ngrams": [
            {"text": "not good", "activation": 1.5, "rows": 3},
            {"text": "a good", "activation": 0.5, "rows": 1},
            {"text": "good", "activation": 0.5, "rows": 1},
        ]},
        {"filter": 0, "label": "pos", "weight": 0.5, "ngrams": [{"text": "good", "activation": 0.5, "rows": 5}]},
    ]  # fmt: skip
    assert json.loads(json.dumps(found[0].to_json())) == found[0].to_json()


def test_an_activation_is_the_largest_over_every_window_of_every_row():
    torch.manual_seed(1)
    bundle = Bundle.fresh(load(encode="ngram"), BYTES, LABELS)
    rows = ["a film", "the end of it", "x", "seen twice"]
    found = winning_ngrams(bundle.model, BYTES, LABELS, rows, filters=[5, 200], top=3)
    for one in found:
        best = {}
        for row in rows:
            [y] = bundle.model.encode.eval()(bundle.model.embed(Examples.of(BYTES, [row]).batch([0])[0])).detach()
            step = int(y[:, one.number].argmax())
            first, last = around(one.window, step)
            best[row[max(0, first) : last]] = float(y[step, one.number])
        top = sorted(best.items(), key=lambda item: -item[1])[:3]
        wanted = [(text, pytest.approx(activation, rel=1e-5), 1) for text, activation in top if activation > 0]
        assert [(ngram.text, ngram.activation, ngram.rows) for ngram in one.ngrams] == wanted


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_every_convolution_has_filters_whose_ngrams_stand_in_the_rows(name):
    torch.manual_seed(0)
    bundle = Bundle.fresh(load(encode=name), BYTES, LABELS)
    rows = ["", "a long row of text that is read as bytes, and ends", "x", "another"]
    found = winning_ngrams(bundle.model, BYTES, LABELS, rows, filters=3, top=2)
    assert 0 < len(found) <= 3
    for one in found:
        assert one.ngrams
        assert all(any(ngram.text in row for row in rows) and ngram.text for ngram in one.ngrams)


def test_of_a_long_window_the_part_that_matters_is_shown():
    model = detector()
    examples = Examples.of(READER, ["film a not good film a", "good"])
    _, at = maxima(model, examples)
    sizes = influence(model, examples, 1, np.array([0, 1]), at)
    assert [one.tolist() for one in sizes] == [[0, 0, 1, 1, 0, 0], [1]]
    assert run(sizes[0]) == (2, 4)


@pytest.mark.parametrize(
    ("sizes", "share", "wanted"),
    [([1.0], 0.9, (0, 1)), ([0.0, 3.0, 0.0], 0.9, (1, 2)), ([1.0, 1.0, 1.0], 0.5, (0, 2)), ([0.0, 0.0], 0.9, (0, 1))],
)
def test_the_shortest_run_is_the_first_that_holds_enough(sizes, share, wanted):
    assert run(np.array(sizes), share) == wanted


def test_what_a_step_sees_is_what_the_window_says():
    assert around(Window(left=0, right=0, stride=4), 3) == (12, 13)


def test_series_have_ngrams_of_their_steps():
    reader = Reader(series=Series((0.0,), (1.0,)))
    torch.manual_seed(0)
    bundle = Bundle.fresh(load(None, ["embed.name=values", "encode.kernels=[2]"], encode="ngram"), reader, LABELS)
    [one] = winning_ngrams(bundle.model, reader, LABELS, ["1 5 ? 2", [0.5, -3.0]], filters=1)
    assert {ngram.text for ngram in one.ngrams} <= {"1", "1 5", "5 ?", "? 2", "0.5", "0.5 -3"}


def test_the_mode_and_the_gradients_of_the_model_stay_as_they_were():
    model = detector().train()
    winning_ngrams(model, READER, LABELS, ROWS)
    assert model.training
    assert all(weight.grad is None for weight in model.parameters())


def test_what_cannot_be_found_is_said_in_words():
    model = detector()
    with pytest.raises(DataError, match="no row has a token"):
        winning_ngrams(model, READER, LABELS, ["", " "])
    with pytest.raises(ConfigError, match="no filter 3: this model has the filters 0 to 2"):
        winning_ngrams(model, READER, LABELS, ROWS, filters=[3])
    for wrong in ({"top": 0}, {"filters": 0}, {"filters": -2}):
        with pytest.raises(ValueError, match=f">= 1, got {next(iter(wrong))}="):
            winning_ngrams(model, READER, LABELS, ROWS, **wrong)
    with torch.no_grad():
        for part in model.encode.parts[0].paths:
            part.bias.fill_(-9.0)
    with pytest.raises(DataError, match="the model is dead"):
        winning_ngrams(model, READER, LABELS, ROWS)
    assert active(np.array([[1.0, 0.0, 2.0], [1.0, 0.0, 1.0]], np.float32)).tolist() == [False, False, True]


def test_a_bag_has_single_words_for_ngrams():
    weights = torch.zeros(READER.sizes["ids"], 2)
    weights[READER.tokeniser("good")[0], 1] = 2.0
    [first, *_] = winning_ngrams(linear(weights), READER, LABELS, ROWS)
    assert (first.label, [one.text for one in first.ngrams]) == ("pos", ["good"])
