import pytest

from atrous.config import ENCODE_SETTINGS, dump, load
from atrous.encode import ENCODERS
from atrous.errors import ConfigError


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_can_be_built_from_its_settings_and_written_down(name, tmp_path):
    settings = load(encode=name)
    ENCODERS[name](8, **settings.encode.options)
    path = tmp_path / "settings.toml"
    path.write_text(dump(settings))
    assert load(path) == settings
    assert settings.encode == ENCODE_SETTINGS[name]()


@pytest.mark.parametrize("encode, override, said", [
    ("kmax", "encode.channels=7", "multiple of 2"),
    ("tdnn", "encode.contexts=[[1, -2]]", "greater than or equal to 0"),
    ("unet", "encode.upsample=cubic", "'transpose', 'repeat' or 'linear'"),
])  # fmt: skip
def test_what_an_encoder_cannot_be_told(encode, override, said):
    with pytest.raises(ConfigError, match=said):
        load(None, [override], encode=encode)


def test_contexts_are_pairs():
    assert load(None, ["encode.contexts=[[1, 2], [0, 3]]"], encode="tdnn").encode.options["contexts"] == (
        (1, 2),
        (0, 3),
    )


@pytest.mark.parametrize("words, said", [
    (["attend.k=3"], "it is a setting of the pool kmax, and this is max"),
    (["attend.name=kmax", "attend.depth=3"], "it is a setting of the pool unpadded, and this is kmax"),
])  # fmt: skip
def test_a_pool_is_told_nothing_that_belongs_to_another(words, said):
    with pytest.raises(ConfigError, match=said):
        load(None, words, encode="tcn")


def test_what_a_pool_is_told_reaches_it():
    assert load(None, ["attend.k=3"], encode="kmax").resolved().attend.options == {"k": 3}
    assert load(None, ["attend.name=unpadded"], encode="tcn").resolved().attend.options == {"depth": 4, "kernel": 3}
