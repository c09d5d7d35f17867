import pytest
import torch

from atrous.config import load
from atrous.predict import HEADS
from atrous.tasks import TASKS
from atrous.tasks.classify import build, scores


def test_the_task_builds_what_the_settings_say():
    model = build(
        load(None, ["embed.bigrams=7"], encode="lstm", attend="query"), sizes={"ids": 30}, labels=tuple("abcde")
    )
    assert model.embed.pairs.shape == (7, 64)
    assert type(model.attend).__name__ == "Query"
    assert model.predict.linear.out_features == 5


@pytest.mark.parametrize("name", HEADS)
def test_the_head_is_the_one_that_the_settings_name_and_its_score_is_among_the_scores(name):
    settings = load(None, ["predict.threshold=0.3"], encode="bag", predict=name)
    head = build(settings, sizes={"ids": 30}, labels=tuple("abc")).predict
    assert type(head) is HEADS[name]
    assert getattr(head, "threshold", 0.3) == 0.3
    targets = torch.zeros(4, dtype=torch.long) if name == "classes" else torch.ones(4, 3)
    assert head.score in scores(torch.randn(4, 3), targets, ["a", "b", "c"], settings.predict)


def test_tasks_are_a_literal_table():
    assert set(TASKS) == {"classify", "tag"}
