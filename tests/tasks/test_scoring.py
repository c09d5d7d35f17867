import numpy as np
import pytest
import torch

from atrous.runtime.readable import answers
from atrous.tasks.scoring import answered_scores, classes_scores, labels_scores

metrics = pytest.importorskip("sklearn.metrics")


def test_scores_of_one_label_are_scikit_learns():
    generator = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(200, 4, generator=generator), torch.randint(0, 3, (200,), generator=generator)
    found, answers = classes_scores(logits, targets, ["a", "b", "c", "d"]), logits.argmax(1)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(targets, answers))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(targets, answers, average="macro"))
    expected = metrics.precision_recall_fscore_support(targets, answers, labels=range(4), zero_division=0)
    mine = [[found["labels"][label][key] for label in "abcd"] for key in ("precision", "recall", "f1", "rows")]
    np.testing.assert_allclose(mine, expected)
    assert found["loss"] == pytest.approx(metrics.log_loss(targets, logits.double().softmax(1), labels=range(4)))


@pytest.mark.parametrize("threshold", [0.3, 0.5])
def test_scores_of_several_labels_are_scikit_learns(threshold):
    generator = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(200, 4, generator=generator), torch.rand(200, 4, generator=generator).round()
    targets[:, 3], logits[:, 3] = 0, -9  # a label that neither occurs nor is given
    found, answers = labels_scores(logits, targets, "abcd", threshold=threshold), logits.sigmoid() >= threshold
    assert found["micro_f1"] == pytest.approx(metrics.f1_score(targets, answers, average="micro"))
    macro = metrics.f1_score(targets[:, :3], answers[:, :3], average="macro")
    assert found["macro_f1"] == pytest.approx(macro)
    assert found["exact_match"] == pytest.approx(metrics.accuracy_score(targets, answers))
    expected = metrics.precision_recall_fscore_support(targets, answers, zero_division=0)
    mine = [[found["labels"][label][key] for label in "abcd"] for key in ("precision", "recall", "f1", "rows")]
    np.testing.assert_allclose(mine, expected)
    loss = np.mean([
        metrics.log_loss(targets[:, n], logits[:, n].double().sigmoid(), labels=[0, 1]) for n in range(4)
    ])  # fmt: skip
    assert found["loss"] == pytest.approx(loss)


def test_nothing_to_find_and_nothing_given_is_an_exact_match():
    found = labels_scores(torch.full((3, 2), -9.0), torch.zeros(3, 2), "ab", threshold=0.5)
    assert (found["micro_f1"], found["macro_f1"], found["exact_match"]) == (0, 0, 1)


def test_what_is_answered_is_what_predict_answers():
    torch.manual_seed(0)
    logits, targets = torch.randn(500, 3) * 2, torch.randint(3, (500,))
    found = answers(logits.numpy(), "abc")
    for least in (0.4, found[7].probability, 1.0):
        sure = [(answer, target) for answer, target in zip(found, targets, strict=True) if answer.at_least(least).label]
        scores = answered_scores(logits, targets, min_probability=least)
        assert (scores["rows"], scores["share"]) == (len(sure), len(sure) / 500)
        right = [answer.label == "abc"[target] for answer, target in sure]
        assert scores["accuracy"] == (pytest.approx(sum(right) / len(right)) if right else None)
