import json

import numpy as np
import pytest

from atrous.runtime.lattice import Chain
from atrous.runtime.readable import Readable, answers, labels_answers


def test_probabilities_are_a_softmax_even_of_huge_logits():
    (answer,) = answers(np.array([[1e4, 1e4 - 1]], np.float32), ["a", "b"])
    assert answer.probabilities["a"] == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-6)
    assert answer.label == "a"
    assert list(answer.to_json()) == ["label", "probability", "probabilities"]


@pytest.mark.parametrize("threshold, given", [(0.5, ("a", "b")), (0.6, ("a",)), (0.2, ("a", "b", "c")), (0.99, ())])
def test_the_labels_given_are_those_that_reach_the_threshold(threshold, given):
    logits = np.log(np.array([[0.9 / 0.1, 0.5 / 0.5, 0.25 / 0.75]]))
    (answer,) = labels_answers(logits.astype(np.float32), ["a", "b", "c"], threshold=threshold, separator=" + ")
    assert answer.labels == given
    assert answer.label == " + ".join(given)
    right = [p if label in given else 1 - p for label, p in zip("abc", (0.9, 0.5, 0.25), strict=True)]
    assert answer.probability == pytest.approx(np.prod(right), abs=1e-6)
    assert list(answer.to_json()) == ["labels", "probability", "probabilities"]


def test_sigmoids_of_huge_logits_are_finite():
    (answer,) = labels_answers(np.array([[1e30, -1e30]], np.float32), ["a", "b"], threshold=0.5, separator="|")
    assert answer.probabilities == {"a": 1.0, "b": 0.0}


@pytest.mark.parametrize("kind", ["classes", "labels"])
def test_how_logits_are_read_goes_through_json(kind):
    read = Readable(kind, ("a", "b"), threshold=0.25, separator=";")
    again = Readable.from_json(json.loads(json.dumps(read.to_json())))
    assert again == read
    logits = np.array([[0.1, -0.2], [3, 1]], np.float32)
    assert [answer.label for answer in again(logits)] == {"classes": ["a", "a"], "labels": ["a;b", "a;b"]}[kind]


def tagger(kind):
    chain = Chain(*(np.full(shape, 0.1, np.float32) for shape in ((2,), (2, 2), (2,))))
    return Readable(kind, ("B-A", "O"), scheme="iob2", chain=chain if kind == "crf" else None)


@pytest.mark.parametrize("kind", ["tags", "crf"])
def test_how_logits_of_tokens_are_read_goes_through_json(kind):
    read = tagger(kind)
    again = Readable.from_json(json.loads(json.dumps(read.to_json())))
    assert again.to_json() == read.to_json()
    cut = ("a b", ["a", "b"], [(0, 1), (2, 3)])
    rows = np.array([[2, 0], [0, 3]], np.float32), np.array([0, 2]), [cut]
    (answer,) = again.tagged(*rows)
    assert answer == read.tagged(*rows)[0]
    assert answer.tags == ("B-A", "O")
    with pytest.raises(ValueError, match=r"Readable\.tagged"):
        again(rows[0])


def test_only_a_crf_has_several_best_answers():
    rows = np.zeros((1, 2), np.float32), np.array([0, 1]), [("a", ["a"], [(0, 1)])]
    assert [len(one) for one in tagger("crf").best(*rows, 5)] == [2]
    assert tagger("crf").best(rows[0][:0], np.array([0]), [], 5) == []
    with pytest.raises(ValueError, match="only a CRF has several best answers"):
        tagger("tags").best(*rows, 2)


@pytest.mark.parametrize(
    "change",
    [{"scheme": "iob3"}, {"kind": "tags"}, {"chain": None}, {"labels": ["a"]}, {"kind": "crfs"}, {"threshold": 2}],
)
def test_what_cannot_be_read_is_refused(change):
    value = tagger("crf").to_json()
    with pytest.raises(ValueError, match="expected a"):
        Readable.from_json({**value, **change})
    value["chain"]["begin"][0] = float("nan")
    with pytest.raises(ValueError, match="finite"):
        Readable.from_json(value)


def test_the_answer_is_first_among_labels_that_round_to_the_same():
    (answer,) = answers(np.array([[0.0, 1e-7, -9.0]], np.float32), ["a", "b", "c"])
    assert answer.probabilities["a"] == answer.probabilities["b"]
    assert [label for label, _ in answer.top(9)] == ["b", "a", "c"]
    with pytest.raises(ValueError, match="count >= 1, got 0"):
        answer.top(0)
