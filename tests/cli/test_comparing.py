import json
import sys

import pytest

RACE = ["--encode", "bag", "--seeds", "1", "--rates", "1", "--out", "race", "--set", "train.epochs=1"]


def test_compare_prints_the_verdict_first_and_keeps_the_best(atrous, reviews, tmp_path):
    words = ["--encode", "bag,ngram", "--budget", "50000", "--rates", "1", "--seeds", "1", "--out", "race"]
    code, out, err = atrous("compare", "--data", reviews, *words, "--set", "train.epochs=1")
    assert code == 0
    assert out.startswith("The best model on dev, ")
    assert "2 runs of up to 1 epochs: about" in err
    assert out.splitlines()[-1] == "  echo 'a text' | atrous predict race/best"
    results = json.loads((tmp_path / "race" / "results.json").read_text())
    assert [model["name"] for model in results["models"]] == ["bag", "ngram"]
    assert (tmp_path / "race" / "best" / "model.safetensors").exists()


def test_resume_begins_where_there_is_nothing_and_leaves_what_is_finished(atrous, reviews, tmp_path):
    code, first, err = atrous("compare", "--data", reviews, *RACE, "--resume")
    assert code == 0
    assert "race: there is nothing to go on with; beginning from the start" in err
    before = (tmp_path / "race" / "results.json").stat().st_mtime_ns
    code, again, err = atrous("compare", "--data", reviews, *RACE, "--resume")
    assert (code, again) == (0, first)
    assert err == "race: this race is finished; nothing was changed\n"
    assert (tmp_path / "race" / "results.json").stat().st_mtime_ns == before
    assert atrous("compare", "--data", reviews, *RACE)[0] == 2


def test_json_is_one_object(atrous, reviews):
    code, out, err = atrous("compare", "--data", reviews, *RACE, "--json", "--quiet")
    assert (code, json.loads(out)["format"], err) == (0, 2, "")


@pytest.mark.parametrize(
    "words, said",
    [
        (["--budget", "9"], "--budget 9: expected 50,000 or more"),
        (["--rates", "0"], "--rates 0: expected 1 to 7"),
        (["--seeds", "0"], "--seeds 0: expected 1 or more"),
        (["--minutes", "-1"], "--minutes -1: expected a number above 0"),
        (["--set", "train.epoch=3"], "did you mean 'train.epochs'"),
        (["--set", "encode.dept=3"], "did you mean 'encode.depth'"),
        (["--encode", "bag,tcm"], "did you mean 'tcn'"),
        (["--text", "texts"], "no column 'texts'"),
    ],
)
def test_a_mistake_is_told_before_torch_is_imported(atrous, reviews, monkeypatch, words, said):
    monkeypatch.setitem(sys.modules, "atrous.comparing.race", None)  # an import of it would raise ImportError
    code, out, err = atrous("compare", "--data", reviews, *words)
    assert (code, out) == (2, "")
    assert said in err
