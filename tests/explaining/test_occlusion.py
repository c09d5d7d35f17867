"""Occlusion against texts without the piece."""

import math

import numpy as np
import pytest
import torch
from tests.explaining.small import READER, linear

from atrous.bundle import Bundle
from atrous.config import load
from atrous.explaining.occlusion import occlusions, together, without
from atrous.explaining.pieces import parts, places
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

BYTES, WORDS = Tokeniser("bytes", False, ()), Tokeniser("words", True, ("good", "film"))
LETTERS = Tokeniser("characters", False, tuple("dfgilmo"))


def occluded(model, reader, row, label=1, words=False):
    found = places(reader, row)
    pieces = parts(found, words=words)
    return occlusions(model.eval(), reader(row), found, pieces, label)


def test_of_a_linear_model_each_loss_is_the_weight_of_the_word():
    torch.manual_seed(0)
    weights = torch.randn(READER.sizes["ids"], 2)
    ids = READER("not a good film !")["ids"]
    losses, whole = occluded(linear(weights), READER, "not a good film !")
    own = (weights[ids, 1] - weights[ids, 0]).double()
    torch.testing.assert_close(torch.from_numpy(losses), own, rtol=1e-5, atol=1e-5)
    assert whole == pytest.approx(float(own.sum()), abs=1e-5)


@pytest.mark.parametrize(
    ("embed", "reader", "pieces"),
    [
        ("bytes", Reader(BYTES), ["a", " né", " film"]),
        ("characters", Reader(LETTERS), ["a", " né", " film"]),
        ("words", Reader(WORDS, spelling=LETTERS, letters=3), ["a", " né", " film"]),
    ],
)
def test_a_loss_is_that_of_the_text_without_the_piece(embed, reader, pieces):
    torch.manual_seed(0)
    overrides = [f"embed.name={embed}"] + ["embed.letters=3"] * (embed == "words")
    bundle = Bundle.fresh(load(None, overrides, encode="bag"), reader, ("neg", "pos"))
    losses, whole = occluded(bundle.model, reader, "".join(pieces), words=True)

    def odds(text):
        probabilities = bundle.predict([text])[0].probabilities
        return math.log(probabilities["pos"] / probabilities["neg"])

    slow = [odds("".join(pieces)) - odds("".join(pieces[:n] + pieces[n + 1 :])) for n in range(3)]
    assert losses.tolist() == pytest.approx(slow, abs=1e-4)
    assert whole == pytest.approx(odds("".join(pieces)) - odds(""), abs=1e-4)


def test_of_two_texts_one_loses_its_word_and_the_other_stays():
    reader = Reader(WORDS, beside=BYTES, two_texts=True)
    found = places(reader, ("good film", "ab"))
    arrays = reader(("good film", "ab"))
    film, b = parts(found)[1], parts(found)[3]
    left = without(arrays, [film], {"ids": 2, "beside": 2})
    assert {name: one.tolist() for name, one in left.items()} == {"ids": [2, 0], "beside": [99, 100]}
    left = without(arrays, [film, b], {"ids": 2, "beside": 2})
    assert {name: one.tolist() for name, one in left.items()} == {"ids": [2], "beside": [99]}


def test_a_step_of_a_series_becomes_the_mean_and_keeps_its_time():
    reader = Reader(series=Series((3.0,), (2.0,)))
    found = places(reader, "1 ? 7")
    arrays = reader("1 ? 7")
    left = without(arrays, parts(found)[1:], {"values": 3})
    assert left["values"].tolist() == [[-1.0], [0.0], [0.0]]
    assert np.isnan(arrays["values"][1, 0])


def test_of_a_long_text_several_pieces_lose_what_all_of_them_lose():
    torch.manual_seed(0)
    weights = torch.randn(READER.sizes["ids"], 2)
    text = "good film " * 300
    assert together(600, 600) == 2
    losses, _ = occluded(linear(weights), READER, text)
    both = float((weights[READER("good film")["ids"]] @ torch.tensor([-1.0, 1.0])).sum())
    assert losses.shape == (600,)
    assert losses.tolist() == pytest.approx([both] * 600, rel=1e-3)
