import numpy as np
import pytest

from atrous.comparing.judged import MISTAKES, Judge
from atrous.data.tables import Row
from atrous.runtime.readable import Readable

metrics = pytest.importorskip("sklearn.metrics")
LABELS = ("a", "b", "c")
ROWS = [Row(f"text {number}", "abc"[number % 3], "", number) for number in range(200)]


@pytest.fixture
def logits():
    return np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32) * 2


@pytest.fixture
def one():
    return Judge(Readable("classes", LABELS), np.arange(200) % 3)


@pytest.fixture
def several():
    wanted = (np.random.default_rng(1).random((200, 3)) < 0.4).astype(np.float32)
    return Judge(Readable("labels", LABELS, threshold=0.4), wanted)


def test_the_counts_are_the_accuracy(one, logits):
    assert one.counts(logits).mean() == metrics.accuracy_score(one.targets, logits.argmax(1))


def test_the_counts_are_the_micro_f1(several, logits):
    numerator, denominator = several.counts(logits).sum(0)
    given = 1 / (1 + np.exp(-logits.astype(float))) >= 0.4
    assert numerator / denominator == pytest.approx(metrics.f1_score(several.targets, given, average="micro"))


def test_the_confusion_is_that_of_scikit_learn(one, several, logits):
    assert one.confusion(logits) == metrics.confusion_matrix(one.targets, logits.argmax(1)).tolist()
    assert several.confusion(logits) is None


def test_calibration_is_what_its_definition_says(one, logits):
    shares = np.exp(logits.astype(float)) / np.exp(logits.astype(float)).sum(1, keepdims=True)
    bins, error = one.calibration(logits)
    expected = 0.0
    for found in bins:
        inside = [
            row for row in range(200) if found["low"] <= shares[row].max() < found["high"] or shares[row].max() == 1
        ]
        sure = np.mean([shares[row].max() for row in inside])
        right = np.mean([shares[row].argmax() == one.targets[row] for row in inside])
        assert (found["rows"], found["confidence"]) == (len(inside), pytest.approx(sure, abs=1e-4))
        assert found["right"] == pytest.approx(right, abs=1e-4)
        expected += len(inside) / 200 * abs(sure - right)
    assert sum(found["rows"] for found in bins) == 200
    assert error == pytest.approx(expected, abs=1e-4)


def test_of_several_labels_every_one_is_binned(several, logits):
    bins, error = several.calibration(logits)
    assert sum(found["rows"] for found in bins) == 600
    assert 0 < error < 1


def test_sure_and_right_answers_are_calibrated(one):
    bins, error = one.calibration(np.eye(3, dtype=np.float32)[one.targets] * 100)
    assert (error, len(bins), bins[0]["rows"]) == (0, 1, 200)


def test_the_most_certain_mistakes_come_first(one, logits):
    found = one.mistakes(logits, ROWS)
    assert len(found) == MISTAKES
    chances = [mistake["probability"] for mistake in found]
    assert chances == sorted(chances, reverse=True)
    for mistake in found:
        row = ROWS[mistake["line"]]
        assert (mistake["text"], mistake["label"]) == (row.text, row.label)
        assert mistake["answer"] == LABELS[logits[row.line].argmax()] != row.label


def test_mistakes_of_several_labels_and_of_two_texts_are_readable(several, logits):
    rows = [Row("up", "|".join(np.array(LABELS)[wanted > 0]), "", 1, beside="down" * 500) for wanted in several.targets]
    found = several.mistakes(logits, rows)
    assert found[0]["text"].startswith("up / down")
    assert len(found[0]["text"]) == 1001
    assert all(mistake["answer"] != mistake["label"] for mistake in found)


def test_no_mistakes_are_no_list(one):
    assert one.mistakes(np.eye(3, dtype=np.float32)[one.targets], ROWS) == []
