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


@pytest.mark.parametrize(
    "predict, words",
    [
        ("tags", ("finds spans of 2 types", "Spans: `LOC`, `PER`.", "tagged as IOB2", "most probable tag")),
        ("crf", ("finds spans of 2 types", "a CRF chooses the best sequence")),
        (None, ("gives every token one of 5 tags", "Tags: `B-LOC`, `B-PER`", "A row is a sentence, read as words.")),
    ],
)
def test_the_card_of_a_tagger_tells_what_it_finds(predict, words):
    tags, reader = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O"), Reader(Tokeniser("words", True, ("ann",)), rule="fine")
    wanted = {"name": predict or "tags", "scheme": "iob2" if predict else "plain"}
    bundle = Bundle.fresh(load(task="tag", encode="residual", predict=wanted), reader, tags)
    scores = {"span_f1": 0.5, "accuracy": 0.9, "unknown_accuracy": 0.25, "types": {}}
    bundle.scores = {"dev": {**scores, "unknown_accuracy": None}, "test": scores}
    text = card(bundle)
    for said in (*words, "| rows | span F1 | accuracy |", "| dev | 0.5000 | 0.9000 |", '["its", "tokens"]'):
        assert said in text
    assert bundle.predict([["its", "tokens"]]) and "LOC" in bundle._repr_html_()
