"""Races of taggers, whole."""

import json

import pytest
from tests.comparing.tagged import QUICK, write

from atrous.bundle import load
from atrous.comparing.baselines import MAJORITY, SPANS, WORDS
from atrous.comparing.race import compare
from atrous.comparing.table import table


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tagged")
    results = compare(
        write(folder / "names.conll"), encode="bag,bag+crf", budget=50_000, rates=1, seeds=1, quiet=True,
        set=[*QUICK, "data.scheme=plain"], out=folder / "race",
    )  # fmt: skip
    return results, folder / "race"


def test_one_encoder_runs_with_a_softmax_and_with_a_crf(plain):
    results, out = plain
    assert json.loads((out / "results.json").read_text()) == results
    assert [model["name"] for model in results["models"]] == ["bag", "bag+crf"]
    assert [model["settings"]["predict"]["name"] for model in results["models"]] == ["tags", "crf"]
    assert (results["format"], results["task"], results["score"]) == (2, "tag", "accuracy")
    assert all(len(model["scores"]) == 1 and model["mean"] > 0.5 for model in results["models"])
    assert all(model["texts_per_second"] > 0 and model["peak_bytes"] > 0 for model in results["models"])
    assert "--encode bag,bag+crf" in results["commands"]["repeat"]


def test_the_scores_are_those_of_the_kept_model_and_of_the_baseline(plain):
    results, out = plain
    best = load(out / "best")
    assert best.model.tags
    named = {model["name"]: model for model in results["models"]}
    assert best.scores["test"]["accuracy"] in named[results["best"]["name"]]["scores"]
    pairs = {frozenset((one["better"], one["worse"])) for one in results["differences"]}
    assert len(pairs) == 3 and any(WORDS in pair for pair in pairs)


def test_the_baselines_are_looked_up_and_there_is_no_ceiling(plain):
    results, _ = plain
    assert results["baselines"].keys() == {MAJORITY, WORDS}
    assert results["baselines"][MAJORITY] < results["baselines"][WORDS] <= 1.0
    assert results["ceiling"] is None
    shown = table(results)
    assert "word's usual tag" in shown and "ceiling" not in shown and "tags out" in shown


def test_what_the_best_does_is_counted_by_token(plain):
    results, out = plain
    found = results["best_on_test"]
    assert sum(map(sum, found["confusion"])) == sum(one["rows"] for one in found["calibration"])
    assert found["labels"] == ["B-LOC", "B-PER", "I-PER", "O"]
    assert found["ngrams"] is None and found["gradients"]["layers"]
    page = (out / "report.html").read_text()
    assert 'id="gradients"' in page and 'id="ngrams"' not in page
    assert "A row is what the tokens are" in page and "naive Bayes" not in page


@pytest.mark.slow
def test_spans_are_raced_by_their_f1(tmp_path):
    results = compare(
        write(tmp_path / "names.conll"), encode="residual", budget=50_000, rates=1, seeds=1, quiet=True, set=QUICK,
        out=tmp_path / "race",
    )  # fmt: skip
    assert results["score"] == "span_f1"
    assert results["baselines"].keys() == {MAJORITY, SPANS} and results["baselines"][MAJORITY] == 0.0
    assert results["best_on_test"]["labels"] == ["LOC", "PER", "O"]
    (model,) = results["models"]
    assert load(tmp_path / "race" / "best").scores["test"]["span_f1"] == model["scores"][0] > 0.5
    assert "span F1" in (tmp_path / "race" / "report.html").read_text()


def test_other_tags_of_the_same_tokens_are_another_race():
    from atrous.comparing.remembered import fingerprint
    from atrous.data.corpus import Corpus
    from atrous.data.tables import Row
    from atrous.data.targets import Targets

    rows = [Row("a", "", "", 1, tokens=("a",), tags=("X",))]
    one, other = (
        fingerprint(Corpus([row._replace(tags=(tag,)) for row in rows], rows, rows, Targets(("X", "Y")), ()))
        for tag in "XY"
    )
    assert one["train rows"] != other["train rows"] and one["dev rows"] == other["dev rows"]
