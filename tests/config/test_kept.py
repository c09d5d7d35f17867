import pytest

from atrous.config import Settings, kept, load
from atrous.errors import FolderError


def test_what_is_kept_reads_back_and_names_its_writer(tmp_path):
    settings = load(encode="lstm", train={"seed": 3}).resolved()
    kept.keep(settings, tmp_path)
    text = (tmp_path / kept.SETTINGS).read_text()
    assert text.startswith("# A model of atrous 0.")
    assert f"format = {kept.FORMAT}" in text
    assert kept.kept(tmp_path) == settings


def test_the_settings_of_a_run_are_not_those_of_a_model(tmp_path):
    (tmp_path / kept.SETTINGS).write_text('[encode]\nname = "tcn"\n')
    with pytest.raises(FolderError, match="names no format"):
        kept.kept(tmp_path)
    assert Settings().task == "classify"


def test_an_export_is_told_from_a_model_folder(tmp_path):
    (tmp_path / "export.json").write_text("{}")
    with pytest.raises(FolderError, match=r"an export, not a model folder; python .*run\.py answers with it"):
        kept.kept(tmp_path)
