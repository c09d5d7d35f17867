import pytest

import atrous
from atrous.bundle import Bundle
from atrous.config import load
from atrous.errors import AtrousError
from atrous.runtime.tokeniser import Tokeniser


def test_field_takes_an_encoder_a_settings_file_a_folder_or_a_bundle(tmp_path):
    (tmp_path / "settings.toml").write_text('[encode]\nname = "tcn"\ndepth = 2\n')
    bundle = Bundle.fresh(load(None, ["encode.depth=2"], encode="tcn"), Tokeniser("bytes", False, ()), ("a", "b"))
    bundle.save(tmp_path / "model")
    rows = [
        atrous.field(thing, steps=50) for thing in (str(tmp_path / "settings.toml"), str(tmp_path / "model"), bundle)
    ]
    assert rows[0] == rows[1] == rows[2]
    assert len(atrous.field("tcn", steps=50)) > len(rows[0])


def test_what_is_none_of_these_is_refused():
    with pytest.raises(AtrousError, match="nonsense"):
        atrous.field("nonsense")
