"""The commands that look into a tagger, or race some, as they are typed."""

import json

import pytest
from tests.comparing.tagged import QUICK, sentences, write

from atrous.cli import main


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write(tmp_path_factory.mktemp("data") / "names.conll")


@pytest.fixture(scope="module")
def tagger(file, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "residual"
    words = [word for one in QUICK for word in ("--set", one)]
    assert main(["train", "--data", str(file), "--encode", "residual", "--out", str(path), "--quiet", *words]) == 0
    return path


def test_a_span_is_explained_and_a_page_says_so(atrous, tagger, tmp_path):
    code, out, err = atrous("explain", tagger, "Ann Lee left Rome", "--span", "LOC", "--html", "why.html")
    assert (code, err) == (0, "")
    assert out.startswith("Of Rome the model answers LOC: probability ")
    assert "Why LOC: Rome?" in (tmp_path / "why.html").read_text()
    code, out, _ = atrous("explain", tagger, "Ann Lee left Rome", "--token", "3", "--json")
    assert json.loads(out)["of"] == {"start": 8, "end": 12, "text": "left"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["Ann left", "--token", "3"], "--token 3: the text has 2 tokens"),
        (["Ann left", "--label", "O"], "--label O: of a tagger it goes with --token N"),
        (["Ann left", "--token", "1", "--deconv"], "--token goes with the explanation of a text"),
        (["--ngrams", "names.txt"], "this model is a tagger"),
    ],
)
def test_what_a_tagger_cannot_be_asked_is_refused_in_a_line(atrous, tagger, tmp_path, words, says):
    (tmp_path / "names.txt").write_text("Ann left\n")
    code, out, err = atrous("explain", tagger, *words, "--quiet")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert says in err


def test_a_file_of_columns_gives_an_object_for_every_token(atrous, tagger, file):
    code, out, _ = atrous("encode", tagger, file, "--json", "--quiet")
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, [one["token"] for one in found]) == (0, [token for one in sentences() for token, _ in one])
    assert found[0].keys() == {"row", "token", "start", "end", "vector"}
    code, out, _ = atrous("encode", tagger, file, "--out", "tokens.npy", "--quiet")
    assert code == 0 and "60 rows, a vector a token, of 64 numbers" in out


def test_a_race_of_heads_that_there_are_not_is_refused_in_a_line(atrous, file):
    for command, encode, says in (
        ("compare", "bag,bag+crv", "after a plus expected tags or crf"),
        ("compare", "bag,bag+tags", "bag is there twice"),
        ("tune", "bag,bag+crf", "a search is of one head"),
    ):
        code, out, err = atrous(command, "--data", file, "--encode", encode)
        assert (code, out, len(err.splitlines())) == (2, "", 1) and says in err
    code, _, err = atrous("needs", "--data", file, "--set", "encode.centred=false")
    assert code == 2 and "encode.centred: the windows that are tried decide it" in err
