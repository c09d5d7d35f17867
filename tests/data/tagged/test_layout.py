import pytest

from atrous.config import load
from atrous.data.tagged.layout import is_tagged, layout
from atrous.errors import ConfigError


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("Ann NNP I-PER\nleft VBD O\n\nBob NNP I-PER\n")
    return path


def test_the_scheme_is_guessed_and_announced(path):
    found, said = layout(path, load(task="tag"))
    assert (found.tokens, found.tags, found.scheme, found.taught) == (0, -1, "iob1", "bilou")
    assert "iob1" in said


def test_settings_choose(path):
    chosen = load(None, ["data.tags=2", "data.scheme=plain"], task="tag")
    found, said = layout(path, chosen)
    assert (found.tags, found.scheme, found.taught, said) == (1, "plain", "plain", "")


def test_a_column_is_a_number_from_1(path):
    with pytest.raises(ConfigError, match="expected a number from 1"):
        layout(path, load(None, ['data.tags="0"'], task="tag"))


def test_endings_say_what_a_file_holds():
    assert is_tagged("x.CoNLLU.xz") and not is_tagged("x.jsonl")
