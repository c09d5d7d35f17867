import json
import sys

import pytest
from tests.comparing.races import raced

from atrous.comparing.baselines import TRIGRAMS
from atrous.comparing.judged import Judge
from atrous.comparing.outcome import keep, leave, outcome, winner
from atrous.comparing.plan import Plan
from atrous.comparing.references import references
from atrous.comparing.runs import run
from atrous.runtime.readable import Readable

PLAN = Plan(budget=50_000, seeds=2, rates=1, epochs=2, patience=3)


@pytest.fixture(scope="module")
def race(tmp_path_factory):
    """Two models, the first with two finished runs, the second with none."""
    folder = tmp_path_factory.mktemp("race")
    first, corpus, tokens = raced("ngram")
    second, _, _ = raced("gru")
    for entry in (first, second):
        entry.follow(1, 2)
    for seed in (0, 1):
        first.runs.append(run(first.at(0.005, seed), corpus, tokens, folder=folder, device="cpu", watch=None))
    judge = Judge(Readable("classes", corpus.labels), tokens.test.targets)
    found = outcome(
        [first, second], PLAN, references(corpus), corpus, judge, folder=folder, device="cpu", interrupted=True
    )
    return found, [first, second], folder


def test_the_results_are_json_and_say_what_was_found(race):
    results, entries, _ = race
    assert json.loads(json.dumps(results)) == results
    ngram, gru = results["models"]
    assert ngram["mean"] == sum(run.test for run in entries[0].runs) / 2
    assert (ngram["window"], ngram["sees"]) == ({"left": 3, "right": 2, "stride": 1}, "3 back, 2 ahead")
    assert (gru["mean"], gru["window"], gru["peak_bytes"]) == (None, None, None)
    assert {results["differences"][0]["better"], results["differences"][0]["worse"]} == {"ngram", TRIGRAMS}
    assert results["best_on_test"]["labels"] == ["neg", "pos"]
    assert results["best_on_test"]["gradients"] is None  # which takes time, and the race was interrupted
    assert sum(map(sum, results["best_on_test"]["confusion"])) == results["data"]["test"]
    assert results["best_on_test"]["ngrams"][0]["label"] in ("neg", "pos")
    assert results["verdict"][0].startswith("Interrupted: what follows is of the 2 runs")


def test_an_interrupted_race_is_not_timed(race):
    assert race[0]["models"][0]["train_steps_per_second"] is None
    assert race[0]["models"][0]["parameters"] > 50_000


def test_the_best_is_chosen_on_dev(race):
    results, entries, _ = race
    assert winner(entries) is entries[0]
    assert results["best"]["seed"] == max(entries[0].runs, key=lambda run: run.dev).seed
    assert winner(entries[1:]) is None


def test_what_is_left_holds_every_run_but_one_model(race, tmp_path):
    results, _, folder = race
    leave(results, folder, tmp_path)
    keep(results, tmp_path, quiet=True)
    assert json.loads((tmp_path / "results.json").read_text()) == results
    assert (tmp_path / "best" / "model.safetensors").is_file()
    left = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "runs").rglob("*.*") if path.is_file())
    assert left == [f"runs/ngram-rate0.005-seed{seed}/{name}" for seed in (0, 1) for name in ("run.json", "test.npy")]


def test_the_page_shows_the_race_where_it_can_be_drawn(race, tmp_path, monkeypatch, capsys):
    keep(race[0], tmp_path, quiet=False)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "ngram" in page
    assert capsys.readouterr().err == ""
    (tmp_path / "report.html").unlink()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    keep(race[0], tmp_path, quiet=False)
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]
    said = capsys.readouterr().err
    assert said.startswith("no report.html: ")
    assert "atrous[report]" in said
