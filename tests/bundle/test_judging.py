import pytest
import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.errors import ConfigError
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

TAGS = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")
ROWS = [
    {"tokens": ["Ann", "left", "Rome"], "tags": ["B-PER", "O", "B-LOC"]},
    {"tokens": ["Bob", "Lee"], "tags": ["B-PER", "I-PER"]},
]


@pytest.fixture(params=["tags", "crf"])
def tagger(request):
    torch.manual_seed(0)
    settings = load(task="tag", encode="residual", predict={"name": request.param, "scheme": "iob2"})
    reader = Reader(Tokeniser("words", False, ("Ann", "left", "Rome")), rule="fine")
    return Bundle.fresh(settings, reader, TAGS)


def test_scores_are_those_of_the_spans_that_predict_gives(tagger):
    answers = tagger.predict([row["tokens"] for row in ROWS])
    given = [{(span.start, span.end, span.label) for span in answer.spans} for answer in answers]
    wanted = [{(0, 3, "PER"), (9, 13, "LOC")}, {(0, 7, "PER")}]
    right = sum(len(one & other) for one, other in zip(given, wanted, strict=True))
    found = tagger.evaluate(ROWS)
    assert found["span_f1"] == pytest.approx(2 * right / (3 + sum(map(len, given))))
    assert (found["rows"], found["tokens"]) == (2, 5)
    assert "unknown" not in found and "mistakes" not in found
    tagger.seen = frozenset({"Ann", "left"})
    assert tagger.evaluate(ROWS)["unknown"] == 3


def test_mistakes_are_told_where_they_are_asked_for(tagger):
    found = tagger.evaluate(ROWS, mistakes=2)
    assert 0 < len(found["mistakes"]) <= 2 and len(found["confused"]) <= 2
    assert {one["text"] for one in found["mistakes"]} <= {"Ann left Rome", "Bob Lee"}


def test_surer_spans_have_scores_of_their_own(tagger):
    every = tagger.evaluate(ROWS, min_probability=1e-9)
    assert every["answered"]["f1"] == every["span_f1"]
    assert every["answered"]["share"] == (1 if every["answered"]["spans"] else 0)
    none = tagger.evaluate(ROWS, min_probability=1.0)["answered"]
    assert (none["spans"], none["recall"]) == (0, 0)
    plain = Bundle.fresh(load(task="tag", encode="residual", predict={"scheme": "plain"}), tagger.reader, TAGS)
    with pytest.raises(ConfigError, match="has no span to leave out"):
        plain.evaluate(ROWS, min_probability=0.5)


def test_rows_that_are_cut_are_counted(tagger):
    tagger.reader = Reader(tagger.reader.tokeniser, rule="fine", max_steps=2)
    found = tagger.evaluate(ROWS, mistakes=5)
    assert (found["cut"], found["tokens"]) == (1, 4)
