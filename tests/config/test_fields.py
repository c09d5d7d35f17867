"""Settings say what they mean, and None stands for a preset."""

import pytest
from pydantic import ValidationError

from atrous.config import ENCODE_SETTINGS, PRESETS, Section, Settings
from atrous.config.encoders import Attention, Bag, Tcn


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
