import csv
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests.comparing.races import ROWS, SMALL

import atrous
from atrous.comparing import race as module
from atrous.comparing import runs
from atrous.comparing.plan import Costs
from atrous.comparing.race import compare
from atrous.errors import ConfigError, NotFinite, OutputExists

QUICK = {"budget": 50_000, "rates": 1, "set": SMALL, "quiet": True}
TIMES = ("seconds", "train_steps_per_second", "texts_per_second", "milliseconds_alone", "peak_bytes")


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("\n".join(["text,label", *(f"{row['text']},{row['label']}" for row in ROWS)]))
    return path


def stop_after(monkeypatch, count):
    """Let Ctrl-C come in the run after so many."""
    learn, done = runs.learn, []

    def interrupted(*given, **options):
        if len(done) == count:
            raise KeyboardInterrupt
        done.append(learn(*given, **options))
        return done[-1]

    monkeypatch.setattr(runs, "learn", interrupted)
    return done


def untimed(results):
    """What does not depend on the clock (nor, by a few bytes, on torch's profiler) or on how the race was called."""
    models = [{key: value for key, value in model.items() if key not in TIMES} for model in results["models"]]
    kept = {key: value for key, value in results.items() if key not in ("commands", "plan", "verdict")}
    return {**kept, "models": models}


def test_a_race_reports_every_model_and_keeps_the_best(data, tmp_path, capsys):
    results = compare(data, encode="bag,ngram", budget=50_000, rates=2, seeds=2, set=SMALL, out=tmp_path / "race")
    assert json.loads((tmp_path / "race" / "results.json").read_text()) == results
    bag, ngram = results["models"]
    for model in results["models"]:
        assert len(model["scores"]) == 2
        assert [tried["rate"] for tried in model["rates"]] == sorted(tried["rate"] for tried in model["rates"])
        assert model["rate"] in [tried["rate"] for tried in model["rates"]]
        assert min(model[name] for name in TIMES[1:]) > 0
    assert bag["window"] == {"left": 1, "right": 0, "stride": 1}
    assert bag["budget"]["exempt"]
    assert abs(ngram["encoder_parameters"] - 50_000) <= 2_500
    assert ngram["encoder_parameters"] == ngram["settings"]["encode"]["channels"] * (8 * 12 + 3)
    assert results["ceiling"] == 1.0
    assert results["plan"]["runs"] == 6
    assert 0 < results["plan"]["estimate_minutes"] < 60
    assert results["commands"]["repeat"].endswith(f"--out {tmp_path / 'race'}")
    best = atrous.load(tmp_path / "race" / "best")
    assert best.settings.encode.name == results["best"]["name"]
    assert best.scores["seed"] == results["best"]["seed"]
    said = capsys.readouterr().err
    assert "6 runs of up to 2 epochs: about" in said
    assert "seed 1 (6 of 6): dev accuracy" in said
    assert len(list((tmp_path / "race" / "runs").iterdir())) == 6
    assert not (tmp_path / "race.unfinished").exists()


def test_a_seed_that_fails_is_counted_and_the_race_goes_on(data, monkeypatch):
    learn = runs.learn

    def fails_once(corpus, settings, **options):
        if settings.train.seed == 1:
            raise NotFinite("training step 3: the loss is nan")
        return learn(corpus, settings, **options)

    monkeypatch.setattr(runs, "learn", fails_once)
    (model,) = compare(data, encode=["bag"], seeds=3, **QUICK)["models"]
    assert (len(model["scores"]), model["failed_seeds"], model["seeds"]) == (2, 1, [0, 2])
    assert model["failures"] == ["training step 3: the loss is nan"]


def test_a_model_that_always_fails_is_reported_without_scores(data, monkeypatch):
    def fails(*_, **__):
        raise NotFinite("the loss is nan")

    monkeypatch.setattr(runs, "learn", fails)
    results = compare(data, encode=["bag"], seeds=1, **QUICK)
    assert results["best"] is None
    assert results["models"][0]["mean"] is None


def test_ctrl_c_reports_the_runs_that_are_done_and_resume_does_the_others(data, monkeypatch, tmp_path, capsys):
    asked = {**QUICK, "encode": ["bag", "ngram"], "seeds": 2, "out": tmp_path / "race"}
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        results = compare(data, **{**asked, "quiet": False})
    assert results["interrupted"]
    assert [model["seeds"] for model in results["models"]] == [[0, 1], [0]]
    assert (tmp_path / "race" / "best" / "model.safetensors").is_file()
    assert (tmp_path / "race.unfinished").is_dir()
    assert "the same command with --resume goes on" in capsys.readouterr().err
    with pytest.raises(OutputExists, match="--resume"):
        compare(data, **asked)
    with pytest.raises(ConfigError, match=r"asked something else \(seeds: 2 then, 3 now\)"):
        compare(data, **{**asked, "seeds": 3}, resume=True)
    with monkeypatch.context() as patch:
        done = stop_after(patch, 9)
        whole = compare(data, **asked, resume=True)
    assert len(done) == 1
    assert not (tmp_path / "race.unfinished").exists()
    assert untimed(whole) == untimed(compare(data, **{**asked, "out": tmp_path / "again"}))
    assert compare(data, **asked, resume=True) == whole == json.loads((tmp_path / "race" / "results.json").read_text())


def test_ctrl_c_before_any_run_is_done_ends_the_race(data, monkeypatch, tmp_path):
    stop_after(monkeypatch, 0)
    with pytest.raises(KeyboardInterrupt):
        compare(data, encode="bag", out=tmp_path / "race", **QUICK)
    assert not (tmp_path / "race").exists()


@pytest.mark.slow
def test_a_race_that_was_killed_goes_on_and_finds_the_same(data, tmp_path):
    words = ["--encode", "bag,ngram", "--budget", "50000", "--rates", "2", "--seeds", "2", "--out", "race"]
    words += [word for one in SMALL for word in ("--set", one)]
    command = [sys.executable, "-m", "atrous", "compare", "--data", str(data), *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    finished = tmp_path / "race.unfinished" / "runs"
    while process.poll() is None and len(list(finished.glob("[!.]*"))) < 3:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = {path.name: (path / "run.json").read_bytes() for path in finished.glob("[!.]*")}
    done = subprocess.run([*command, "--resume"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{len(kept)} of 6 runs are done already" in done.stderr
    results = json.loads((tmp_path / "race" / "results.json").read_text())
    assert (
        kept.items() <= {p.name: (p / "run.json").read_bytes() for p in (tmp_path / "race" / "runs").iterdir()}.items()
    )
    whole = compare(data, encode="bag,ngram", seeds=2, **{**QUICK, "rates": 2})
    without = [{key: value for key, value in untimed(one).items() if key != "data"} for one in (results, whole)]
    assert without[0]["models"] == without[1]["models"]


@pytest.mark.parametrize(
    "options, words",
    [
        ({"encode": "bag,tcm"}, "did you mean 'tcn'"),
        ({"seeds": 0}, "expected 1 or more"),
        ({"budget": 10}, "expected 50,000 or more"),
        ({"resume": True}, "--resume needs --out"),
        ({"encode": "bag,tcn", "set": ["encode.dept=3"]}, r"did you mean 'encode\.depth'"),
    ],
)
def test_wrong_options_are_refused_before_the_race(data, options, words):
    with pytest.raises(ConfigError, match=words):
        compare(data, quiet=True, **options)


def test_a_race_is_cut_to_its_minutes_and_says_so(data, monkeypatch, capsys):
    monkeypatch.setattr(module, "costs", lambda *_, **__: Costs(run=1.0, epoch=5.0, speed=0.0))
    asked = {**QUICK, "quiet": False, "set": [*SMALL, "train.epochs=3"], "minutes": 0.4}
    results = compare(data, encode="bag", seeds=3, **asked)
    assert results["plan"]["cut"] == ["seeds: 2 instead of 3", "epochs: 2 instead of 3"]
    assert len(results["models"][0]["scores"]) == 2
    assert results["models"][0]["settings"]["train"]["epochs"] == 2
    assert "cut to fit --minutes 0.4, the same for all models: seeds: 2 instead of 3" in capsys.readouterr().err


def test_rows_of_python_race_as_a_file_does(data):
    with data.open(newline="") as file:
        rows = list(csv.DictReader(file))
    results = [compare(given, encode="bag", seeds=1, **QUICK) for given in (data, rows, iter(rows))]
    assert results[1]["data"]["files"] == {"data": "rows of a list"}
    assert len({str((one["models"][0]["scores"], one["baselines"], one["ceiling"])) for one in results}) == 1


def test_series_race_without_naive_bayes():
    rows = [{"series": f"{n} 2 {n % 2}", "label": "ab"[n % 2]} for n in range(200)]
    results = compare(rows, encode="tcn", seeds=1, text="series", **{**QUICK, "set": ["embed=values", *SMALL[1:3]]})
    assert results["baselines"]["character trigrams, naive Bayes"] is None
    assert results["differences"] == []
    assert results["best_on_test"]["labels"] == ["a", "b"]


def test_several_labels_race_by_micro_f1():
    words = ["red", "big"]
    having = [[word for place, word in enumerate(words) if n >> place & 1] for n in range(300)]
    rows = [{"text": f"{' '.join(some)} {n}", "label": "|".join(some)} for n, some in enumerate(having)]
    results = compare(rows, encode="bag", seeds=1, **{**QUICK, "set": [*SMALL, "predict=labels"]})
    assert results["score"] == "micro_f1"
    assert results["best_on_test"]["confusion"] is None
    assert len(results["differences"]) == 1
