import pytest
import torch

from atrous.attend.keep import Keep
from atrous.config import load
from atrous.contract import Batch
from atrous.encode import ENCODERS
from atrous.errors import ConfigError
from atrous.predict import TAGGERS
from atrous.tasks.tag import build

REFUSED = {"deep", "hybrid", "kmax"}
TAGS = ("B-PER", "I-PER", "O")


@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_an_encoder_gives_every_token_scores_or_is_refused_in_words(name):
    settings = load(task="tag", encode=name)
    if name in REFUSED:
        with pytest.raises(ConfigError, match=f"{name}.*does not give one output for every step"):
            build(settings, sizes={"ids": 9}, labels=TAGS)
        return
    model = build(settings, sizes={"ids": 9}, labels=TAGS)
    assert model.tags and isinstance(model.attend, Keep) and type(model.predict) is TAGGERS["tags"]
    batch = Batch(torch.tensor([[2, 3, 4, 5, 6], [7, 8, 0, 0, 0]]), torch.tensor([5, 2]))
    assert model.eval()(batch).shape == (2, 5, 3)


@pytest.mark.parametrize("scheme", ["iob2", "plain"])
@pytest.mark.parametrize("name", TAGGERS)
def test_settings_know_what_a_head_is_judged_by(name, scheme):
    settings = load(task="tag", predict={"name": name, "scheme": scheme})
    assert build(settings, sizes={"ids": 9}, labels=TAGS).predict.score == settings.predict.score


def test_a_task_has_heads_and_tokens_of_its_own():
    assert load(task="tag").predict.name == "tags" and load(task="tag").embed.name == "words"
    for wrong in ("predict.name=classes", "embed.name=bpe", "embed.beside=words", "attend.name=max"):
        with pytest.raises(ConfigError, match=wrong.split(".")[0]):
            load(None, [wrong], task="tag")
    with pytest.raises(ConfigError, match="classes or labels where task is classify"):
        load(predict="tags")


def test_the_cost_of_the_head_grows_with_the_steps():
    model = build(load(task="tag", encode="bag"), sizes={"ids": 9}, labels=TAGS)
    head = model.predict.cost.flops(1)
    assert model.cost.flops(10) - model.cost.flops(9) >= head > 0
