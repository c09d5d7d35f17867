"""What the pages say was measured is what a benchmark kept."""

import csv
import gzip
import json
import runpy
import statistics
import sys
from pathlib import Path

import pytest
import torch

from atrous.encode import ENCODERS
from atrous.window import Window
from tests.laws.table import ENCODERS as SMALL

ROOT = Path(__file__).parent.parent
RACES = sorted(path.stem for path in (ROOT / "benchmarks" / "speed").glob("[a-z]*.py"))
RACE = runpy.run_path(str(ROOT / "benchmarks" / "race.py"))
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


def test_the_table_of_tokens_is_that_of_the_results_kept_and_no_sentence_is_read_otherwise():
    bench = runpy.run_path(str(ROOT / "benchmarks" / "tagging" / "tokens.py"))
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    written = bench["PAGE"].read_text(encoding="utf-8").split(bench["BEGIN"])[1].split(bench["END"])[0]
    assert written.strip() == bench["markdown"](results)
    assert [one["read otherwise than by conllu"] for one in results.values()] == [0, 0]


def test_every_window_that_was_measured_is_the_declared_one():
    bench = runpy.run_path(str(ROOT / "benchmarks" / "windows.py"))
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    written = bench["PAGE"].read_text(encoding="utf-8").split(bench["BEGIN"])[1].split(bench["END"])[0]
    assert written.strip() == bench["markdown"](results)
    assert {one["encoder"] for one in results} == set(ENCODERS)
    assert [one for one in results if not (one["equal"] and one["ends"])] == []
    for one in results:
        assert all(one["measured"][side] == one["declared"][side] for side in ("left", "right"))


@pytest.mark.parametrize("name", ["conv", "unet", "kmax", "gru"])
def test_a_window_that_is_not_the_declared_one_is_seen(name):
    bench = runpy.run_path(str(ROOT / "benchmarks" / "windows.py"))
    torch.manual_seed(0)
    layer = SMALL[name]()
    by_change = name in bench["CHOOSES"]
    found = bench["measured"](layer, samples=64 if by_change else 16, by_change=by_change)
    assert (found["equal"], found["ends"]) == (True, True)
    if name in ("conv", "unet"):
        layer.window = Window(layer.window.left + 1, layer.window.right, layer.window.stride)
        assert not bench["measured"](layer, samples=16)["equal"]
        layer.window = Window(layer.window.left - 2, layer.window.right, layer.window.stride)
        assert not bench["measured"](layer, samples=16)["equal"]


def test_the_table_of_the_field_page_is_that_of_the_results_kept():
    bench = runpy.run_path(str(ROOT / "benchmarks" / "field.py"))
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    written = bench["PAGE"].read_text(encoding="utf-8").split(bench["BEGIN"])[1].split(bench["END"])[0]
    assert written.strip() == bench["markdown"](results)
    assert "tcn" in results


def test_the_race_is_skipped_where_its_data_is_not(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("ATROUS_DATA", raising=False)
    for words, said in (([], "no folder was named"), (["--data", str(tmp_path)], "not there: ")):
        monkeypatch.setattr(sys, "argv", ["race.py", "trec", *words])
        RACE["main"]()
        assert capsys.readouterr().out.startswith(f"skipped: {said}")


def test_lines_of_label_and_sentence_become_a_table(tmp_path):
    with gzip.open(tmp_path / "lines.gz", "wt", encoding="latin-1") as file:
        file.write('1 What is a caf\xe9 , "they" ask ?\n0 Who ?\n')
    RACE["write_table"](tmp_path / "lines.gz", tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert rows == [('What is a café , "they" ask ?', "1"), ("Who ?", "0")]


@pytest.mark.slow
def test_a_run_of_two_processes_that_is_killed_while_it_writes_a_checkpoint_ends_as_if_it_had_not_been(tmp_path):
    resume = runpy.run_path(str(ROOT / "benchmarks" / "resume.py"))
    files = resume["data"](tmp_path, rows=120)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert resume["start"](files, whole, {}, processes=2, resume=False) == ({}, 0)
    kill = {"kind": "write", "how": "half", "step": 8, "rank": 0}
    found = resume["killed"](files, parts, [kill], processes=2)["killed"]
    assert found[0]["step"] >= 8
    assert resume["ended"](parts) == resume["ended"](whole)


def test_every_run_that_was_killed_ended_as_the_run_that_was_not():
    results = json.loads((ROOT / "benchmarks" / "results" / "resume.json").read_text(encoding="utf-8"))
    assert (results["same"], results["of"], len(results["runs"])) == (20, 20, 20)
    killed = [(run["processes"], kill["kind"]) for run in results["runs"] for kill in run["killed"]]
    for kind in ("write", "validation"):
        assert sum(one == kind for _, one in killed) >= 2
    assert {processes for processes, _ in killed} == {1, 2}


def test_the_table_of_needs_is_that_of_the_results_kept_and_no_answer_is_too_small():
    bench = runpy.run_path(str(ROOT / "benchmarks" / "needs.py"))
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    written = bench["PAGE"].read_text(encoding="utf-8").split(bench["BEGIN"])[1].split(bench["END"])[0]
    assert written.strip() == bench["markdown"](results)
    of_each = [(one["length"], one["seed"]) for one in results["known"]]
    assert of_each == [(length, seed) for length in (1, 8, 64) for seed in range(5)]
    for one in results["known"]:
        assert one["answer"] in (one["smallest"], 2 * one["smallest"] + 1)
        assert one["right"]


def test_the_table_of_what_a_crf_costs_is_that_of_the_results_kept():
    bench = runpy.run_path(str(ROOT / "benchmarks" / "tagging" / "crf.py"))
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    written = bench["PAGE"].read_text(encoding="utf-8").split(bench["BEGIN"])[1].split(bench["END"])[0]
    assert written.strip() == bench["markdown"](results)
    assert all(len(times) == results["repeats"] for task in bench["TASKS"] for times in results[task].values())


@pytest.mark.parametrize("script", ["ablations", "context", "decoding", "ner", "pos"])
def test_the_tables_of_taggers_are_those_of_the_results_kept(script, monkeypatch):
    folder = ROOT / "benchmarks" / "tagging"
    monkeypatch.syspath_prepend(str(folder))
    bench = runpy.run_path(str(folder / f"{script}.py"))
    whole = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    written = whole.split(f"<!-- {bench['NAME']} -->")[1].split(f"<!-- end of {bench['NAME']} -->")[0].strip()
    if not bench["KEPT"].exists():
        assert written == ""
        return
    results = json.loads(bench["KEPT"].read_text(encoding="utf-8"))
    assert written == "\n".join(bench["markdown"](results)).strip()
    assert not any("/" in told for run in results.get("runs", []) for told in run["set"])


@pytest.mark.parametrize("script", RACES)
def test_the_table_of_a_race_is_that_of_the_results_kept(script, monkeypatch):
    folder = ROOT / "benchmarks" / "speed"
    monkeypatch.syspath_prepend(str(folder))
    bench = runpy.run_path(str(folder / f"{script}.py"))
    table = bench["TABLE"]
    assert table.written == ("" if table.results is None else bench["markdown"](table.results))


def test_an_export_answers_in_less_than_half_the_time_of_importing_torch():
    results = json.loads((ROOT / "benchmarks" / "results" / "speed-start.json").read_text(encoding="utf-8"))
    whole = results["seconds"].pop("import torch")
    assert set(results["seconds"]) >= {"ngram", "tcn", "tagger (idcnn)"}
    for times in results["seconds"].values():
        assert len(times) == results["rounds"]
        assert statistics.median(one / other for one, other in zip(times, whole, strict=True)) < 0.5


def test_every_stream_that_was_raced_gives_what_it_gives_at_once(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "speed"))
    bench = runpy.run_path(str(ROOT / "benchmarks" / "speed" / "stream.py"))
    results = bench["TABLE"].results
    assert [(race["rows"], race["chunk"]) for race in results["races"]] == bench["RACES"]
    for race in results["races"]:
        assert race["off"].keys() == race["seconds"].keys()
        assert max(race["off"].values()) < bench["TOLERANCE"]
        assert {len(times) for times in race["seconds"].values()} == {results["rounds"]}
        if race["chunk"] == 1:
            ours, *peers = (race["seconds"][name] for name in race["seconds"] if "tcn" in name or name == "atrous")
            for theirs in peers:
                assert statistics.median(bench["ratios"](ours, theirs)) > 3


def test_the_pictures_of_length_are_those_of_the_results_kept(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "speed"))
    bench = runpy.run_path(str(ROOT / "benchmarks" / "speed" / "lengths.py"))
    drawn = bench["pictures"](bench["TABLE"].results)
    assert len(drawn) == 4
    page = (ROOT / "docs" / "fast.md").read_text(encoding="utf-8")
    for name, picture in drawn.items():
        assert (ROOT / "docs" / "pictures" / name).read_text(encoding="utf-8") == picture
        assert page.count(f"(pictures/{name})") == 1
