"""What README says was measured is what a benchmark kept."""

import json
import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent
DEMO = runpy.run_path(str(ROOT / "benchmarks" / "demo.py"))


def test_the_table_of_the_readme_is_that_of_the_results_kept():
    results = json.loads(DEMO["KEPT"].read_text(encoding="utf-8"))
    written = DEMO["README"].read_text(encoding="utf-8").split(DEMO["BEGIN"])[1].split(DEMO["END"])[0]
    assert written.strip() == DEMO["markdown"](results)


def test_the_results_kept_are_of_the_whole_demo():
    results = json.loads(DEMO["KEPT"].read_text(encoding="utf-8"))
    assert [model["name"] for model in results["models"]] == ["bag", "ngram", "tcn", "bilstm", "attention"]
    assert all(len(model["scores"]) + model["failed_seeds"] == 3 for model in results["models"])
    assert not results["interrupted"]


def test_the_table_of_the_sklearn_page_is_that_of_the_results_kept():
    bench = runpy.run_path(str(ROOT / "benchmarks" / "sklearn_scores.py"))
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    written = bench["PAGE"].read_text(encoding="utf-8").split(bench["BEGIN"])[1].split(bench["END"])[0]
    assert written.strip() == bench["markdown"](results)
    assert all(len(run["scores"]) == results["folds"] for runs in results["models"].values() for run in runs)
