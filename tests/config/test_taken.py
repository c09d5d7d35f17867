import pytest

from atrous.config import load
from atrous.config.taken import taken_over
from atrous.errors import ConfigError

MODEL = load(
    None,
    ["embed.channels=8", "embed.lower=true", "encode.channels=4", "encode.dropout=0.3", "data.max_steps=50"],
    encode="tcn",
).resolved()


def test_what_the_model_is_comes_from_it_and_how_to_train_from_the_settings():
    free = ["predict.dropout=0.2", "encode.dropout=0.0", "embed.word_dropout=0.2"]
    chosen = load(None, ["train.epochs=3", "data.text=review", *free])
    found = taken_over(chosen, MODEL, "runs/tcn")
    assert found.embed == MODEL.embed.model_copy(update={"word_dropout": 0.2})
    assert (found.encode.channels, found.encode.dropout, found.attend) == (4, 0.0, MODEL.attend)
    assert (found.data.max_steps, found.data.text) == (50, "review")
    assert (found.train.epochs, found.predict.dropout) == (3, 0.2)


def test_saying_the_same_again_is_no_contradiction():
    chosen = load(None, ["embed.lower=true", "encode.channels=4", "data.max_steps=50"], encode="tcn")
    assert taken_over(chosen, MODEL, "runs/tcn").encode == MODEL.encode


@pytest.mark.parametrize(
    "words, said",
    [
        (["encode=lstm"], "has encode.name = 'tcn', and the settings say 'lstm'; leave encode.name out"),
        (["encode.channels=9"], "has encode.channels = 4, and the settings say 9; leave encode.channels out"),
        (["embed.name=words"], "has embed.name = 'characters', and the settings say 'words'"),
        (["embed.lower=false"], "has embed.lower = True, and the settings say False"),
        (["attend.name=mean"], "has attend.name = 'max', and the settings say 'mean'"),
        (["data.max_steps=9"], "has data.max_steps = 50, and the settings say 9"),
        (["data.beside=german"], "reads one text a row, and the settings name a second one, data.beside = 'german'"),
    ],
)
def test_a_setting_that_the_model_has_otherwise_is_refused(words, said):
    with pytest.raises(ConfigError, match=said) as caught:
        taken_over(load(None, words), MODEL, "runs/tcn")
    assert str(caught.value).startswith("--init runs/tcn: that model ")


def test_a_model_without_a_limit_says_none():
    with pytest.raises(ConfigError, match=r"has data.max_steps = none, and the settings say 9"):
        taken_over(load(None, ["data.max_steps=9"]), load(encode="tcn").resolved(), "runs/tcn")


def test_a_tagger_takes_over_what_it_reads():
    model = load(None, ["embed.name=characters"], task="tag", encode="tcn").resolved()
    assert load(task="tag").embed.name == "words"
    assert taken_over(load(task="tag"), model, "runs/tcn").embed.name == "characters"
    with pytest.raises(ConfigError, match=r"has embed.name = 'characters', and the settings say 'words'"):
        taken_over(load(None, ["embed.name=words"], task="tag"), model, "runs/tcn")
