import numpy as np
import pytest
import torch

from atrous.config import load
from atrous.tasks import TASKS
from atrous.tasks.classify import build, scores

metrics = pytest.importorskip("sklearn.metrics")


def test_scores_are_scikit_learns():
    generator = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(200, 4, generator=generator), torch.randint(0, 3, (200,), generator=generator)
    found, answers = scores(logits, targets, ["a", "b", "c", "d"]), logits.argmax(1)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(targets, answers))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(targets, answers, average="macro"))
    expected = metrics.precision_recall_fscore_support(targets, answers, labels=range(4), zero_division=0)
    mine = [[found["labels"][label][key] for label in "abcd"] for key in ("precision", "recall", "f1", "rows")]
    np.testing.assert_allclose(mine, expected)
    assert found["loss"] == pytest.approx(metrics.log_loss(targets, logits.double().softmax(1), labels=range(4)))


def test_the_task_builds_what_the_settings_say():
    model = build(load(None, ["embed.bigrams=7"], encode="lstm", attend="query"), sizes={"ids": 30}, labels=5)
    assert model.embed.pairs.shape == (7, 64)
    assert type(model.attend).__name__ == "Query"
    assert model.predict.linear.out_features == 5


def test_tasks_are_a_literal_table():
    assert set(TASKS) == {"classify"}
