import ast

import pytest

from atrous.bundle import Bundle
from atrous.bundle.card import card
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

BYTES = Tokeniser("bytes", False, ())
SCORED = {"accuracy": 0.9, "macro_f1": 0.8, "loss": 0.3}


@pytest.mark.parametrize(
    "overrides, reader, row",
    [
        (["embed.name=values"], Reader(series=Series((0.0, 0.0), (1.0, 1.0))), '["?,? ?,? ?,?"]'),
        (["data.beside=german"], Reader(BYTES, beside=BYTES, two_texts=True), '[("a text", "the text beside it")]'),
        ([], Reader(BYTES), '["a text"]'),
    ],
)
def test_the_card_shows_a_row_of_the_kind_that_is_read(overrides, reader, row):
    bundle = Bundle.fresh(load(None, overrides, encode="bag"), reader, ("neg", "pos"))
    assert f"model.predict({row})" in card(bundle)
    assert len(bundle.predict(ast.literal_eval(row))) == 1


def test_the_card_tells_data_scores_window_and_cost():
    bundle = Bundle.fresh(load(encode="residual"), Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))
    assert "Not trained" in card(bundle)
    bundle.scores = {
        "data": {"train": 1000, "dev": 100, "test": 90, "files": {"data": "reviews.csv"}},
        "dev": SCORED,
        "test": SCORED,
        "interrupted": True,
    }
    text = card(bundle)
    for words in ("reviews.csv", "1,000 to learn from", "| test | 0.9000 |", "30 back, 30 ahead", "interrupted"):
        assert words in text
    assert f"{bundle.model.cost.parameters:,} parameters" in text
    assert "It streams, 30 steps late" in text
