import tomllib

import pytest

from atrous.config import Settings, load
from atrous.context.next import commands, settings_for
from atrous.context.terms import grid
from atrous.data.asked import Asked
from atrous.encode import ENCODERS


@pytest.mark.parametrize("window", grid(255))
def test_the_settings_build_a_model_that_sees_the_window(window, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(settings_for(window, Asked("reviews.csv", set=["embed=words", "data.label=stars"])))
    settings = load(file)
    assert (settings.encode.name, settings.embed.name, settings.data.label) == ("conv", "words", "stars")
    seen = ENCODERS["conv"](8, **settings.encode.options).window
    assert window <= seen.size < 2 * window + 2
    assert f"a window of {window}." in file.read_text()


def test_what_was_said_of_the_encoder_stays(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(settings_for(15, Asked("reviews.csv", set=["encode.channels=20", "encode.centred=true"])))
    settings = load(file)
    assert settings.encode.options["channels"] == 20
    seen = ENCODERS["conv"](8, **settings.encode.options).window
    assert seen.right > 0


def test_the_next_commands_name_the_files():
    asked = Asked("my reviews.csv", "dev.csv", "test.csv")
    assert commands(15, asked, "runs/needs") == [
        "atrous field --cover 15 --out settings.toml",
        "atrous train runs/needs/settings.toml --data 'my reviews.csv' --dev dev.csv --test test.csv",
    ]
    assert commands(3, Asked([{"text": "good"}]), "out")[1] == "atrous train out/settings.toml --data FILE"


def test_what_a_tagger_needs_is_seen_on_both_sides():
    found = settings_for(15, Asked("x.conll"))
    assert "centred = true" in found and 'task = "tag"' in found
    settings = Settings.model_validate(tomllib.loads(found))
    window = ENCODERS["conv"](5, **settings.encode.options).window
    assert min(window.left, window.right) >= 7
