import pytest

from atrous.bundle import Bundle
from atrous.config import Settings, load
from atrous.errors import ConfigError
from atrous.instruments.named import meant
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


def test_a_folder_is_a_bundle_and_a_file_or_an_encoder_are_settings(tmp_path):
    (tmp_path / "settings.toml").write_text('[encode]\nname = "ngram"\n')
    bundle = Bundle.fresh(load(encode="ngram"), Reader(Tokeniser("bytes", False, ())), ("a", "b"))
    bundle.save(tmp_path / "model")
    assert meant(bundle) is bundle
    assert isinstance(meant(tmp_path / "model"), Bundle)
    assert meant(str(tmp_path / "settings.toml")) == load(encode="ngram")
    assert isinstance(meant("ngram", ["encode.channels=5"]), Settings)


def test_settings_above_those_of_a_trained_model_are_refused(tmp_path):
    bundle = Bundle.fresh(load(encode="ngram"), Reader(Tokeniser("bytes", False, ())), ("a", "b"))
    with pytest.raises(ConfigError, match="--set: a trained model keeps its own settings"):
        meant(bundle, ["encode.channels=5"])
