"""What the pages say was measured is what a benchmark kept."""

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEMO = runpy.run_path(str(ROOT / "benchmarks" / "demo.py"))
SHORT = ["bag", "ngram", "tcn", "bilstm", "attention"]
FULL = ["bag", "ngram", "tcn", "residual", "wavenet", "gru", "bilstm", "hybrid", "attention"]


@pytest.mark.parametrize("name, encoders", [("SHORT", SHORT), ("FULL", FULL)])
def test_the_table_of_a_page_is_that_of_the_results_kept(name, encoders):
    place = DEMO[name]
    if not place.kept.exists():
        assert place.written == ""
        return
    results = json.loads(place.kept.read_text(encoding="utf-8"))
    assert place.written == DEMO["markdown"](results)
    assert [model["name"] for model in results["models"]] == encoders
    assert all(len(model["scores"]) + model["failed_seeds"] == 3 for model in results["models"])
    assert not results["interrupted"]


def test_the_table_of_the_sklearn_page_is_that_of_the_results_kept():
    bench = runpy.run_path(str(ROOT / "benchmarks" / "sklearn_scores.py"))
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    written = bench["PAGE"].read_text(encoding="utf-8").split(bench["BEGIN"])[1].split(bench["END"])[0]
    assert written.strip() == bench["markdown"](results)
    assert all(len(run["scores"]) == results["folds"] for runs in results["models"].values() for run in runs)
