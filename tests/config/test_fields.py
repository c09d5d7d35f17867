"""Settings say what they mean, and None stands for a preset."""

import pytest
from pydantic import ValidationError

from atrous.config import ENCODE_SETTINGS, PRESETS, Section, Settings, dump, load
from atrous.config.encoders import Attention, Bag, Tcn
from atrous.errors import ConfigError


def sections() -> list[type[Section]]:
    fields = Settings.model_fields.values()
    return [type(field.default) for field in fields if isinstance(field.default, Section)] + [*ENCODE_SETTINGS.values()]


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.__name__)
def test_every_setting_says_what_it_means(section: type[Section]) -> None:
    assert section.__doc__
    described = {name: field.description for name, field in section.model_fields.items() if name != "name"}
    assert [name for name, meaning in described.items() if not meaning] == []


@pytest.mark.parametrize("name", ENCODE_SETTINGS)
def test_an_encoder_is_called_by_its_name_and_resolves_to_its_preset(name: str) -> None:
    section = ENCODE_SETTINGS[name]()
    assert section.model_dump()["name"] == name
    resolved = Settings.model_validate({"encode": {"name": name}}).resolved()
    assert (resolved.train.rate, resolved.attend.name, resolved.embed.bigrams) == PRESETS[name]


def test_a_setting_that_was_made_outlives_the_preset() -> None:
    made = {
        "encode": {"name": "bag"},
        "embed": {"bigrams": 0, "channels": 8},
        "attend": {"name": "sum"},
        "train": {"rate": 0.5},
    }
    settings = Settings.model_validate(made)
    assert settings.resolved() == settings


def test_resolving_twice_changes_nothing() -> None:
    once = Settings(encode=Bag()).resolved()
    assert once.resolved() == once


def test_options_are_every_field_but_the_name() -> None:
    assert Tcn(depth=6).options == {"channels": 64, "depth": 6, "kernel": 3, "dropout": 0.1}
    assert Bag().options == {}


def test_heads_must_divide_channels() -> None:
    assert Attention(channels=64, heads=8).heads == 8
    with pytest.raises(ValidationError, match=r"should divide encode\.channels = 64"):
        Attention(heads=5)


@pytest.mark.parametrize("wrong", [{"rate": float("nan")}, {"epochs": "3"}, {"epochs": True}, {"seed": -1}])
def test_no_value_is_bent_into_shape(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="1 validation error"):
        Settings.model_validate({"train": wrong})


@pytest.mark.parametrize(
    "override, kept",
    [
        ("data.soft=probabilities", "probabilities"),
        ("data.soft=p_*", "p_*"),
        ('data.soft=["neg", "pos"]', ("neg", "pos")),
        ('data.soft={neg="p 0", "so so"="p1"}', {"neg": "p 0", "so so": "p1"}),
        ("train.class_weights=balanced", "balanced"),
        ('train.class_weights={neg=1, "so so"=2.5}', {"neg": 1.0, "so so": 2.5}),
    ],
)
def test_labels_columns_and_weights_are_written_as_they_are_read(override, kept, tmp_path):
    settings = load(None, [override])
    section, _, field = override.partition("=")[0].partition(".")
    assert getattr(getattr(settings, section), field) == kept
    (tmp_path / "again.toml").write_text(dump(settings), encoding="utf-8")
    assert load(tmp_path / "again.toml") == settings
    assert settings.model_dump(mode="json")


@pytest.mark.parametrize(
    "override, words",
    [
        ('data.soft=["p", "p"]', "'data.soft' is .* should be one column of tables"),
        ('data.soft=["p"]', "a list of columns named as the labels"),
        ("data.soft=*", "a pattern of columns"),
        ("data.soft=p_*_*", "a pattern of columns"),
        ("data.soft={a=1}", "or a table label = column"),
        ("train.class_weights=even", 'should be "balanced" or a table'),
        ("train.class_weights={a=0}", "each above 0"),
        ("train.class_weights={}", "should be"),
        ('train.class_weights={a="2"}', "should be"),
        ("train.label_smoothing=1.0", "less than 1"),
        ("predict.threshold=0.0", "greater than 0"),
        ('data.separator=""', "at least 1 character"),
        ("predict=several", "should be 'classes', 'labels', 'tags' or 'crf'"),
    ],
)
def test_settings_of_labels_that_mean_nothing_are_refused(override, words):
    with pytest.raises(ConfigError, match=words):
        load(None, [override])


@pytest.mark.parametrize("override", ["train.class_weights=balanced", "train.label_smoothing=0.1"])
def test_a_crf_takes_no_weights_of_labels_and_no_smoothing(override):
    name = override.partition("=")[0].partition(".")[2]
    with pytest.raises(ConfigError, match=f"'train' is .* should not have {name} where predict.name is crf"):
        load(None, ["task=tag", "predict.name=crf", override])
    assert getattr(load(None, ["task=tag", "predict.name=tags", override]).train, name)
