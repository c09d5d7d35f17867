import json
import os
import signal
import subprocess
import sys
import time

import pytest

QUICK = [
    "--set", "embed=words", "--set", "embed.channels=8", "--set", "encode.channels=8", "--set", "train.epochs=3",
    "--set", "train.batch=16", "--seeds", "1", "--most", "3",
]  # fmt: skip


@pytest.fixture
def needed(reviews, atrous):
    return atrous("needs", "--data", reviews, "--out", "out", *QUICK)


def test_it_prints_curve_answer_and_what_to_do_next(needed, reviews, tmp_path):
    code, out, err = needed
    assert code == 0
    assert out.splitlines()[0].split()[:3] == ["window", "accuracy", "on"]
    assert "The data need a window of 1 word" in out
    assert f"atrous train out/settings.toml --data {reviews}" in out
    assert "atrous field --cover 1 --out settings.toml" in out
    assert "window 1, seed 0: accuracy 1.0000 on dev" in err
    assert "seconds left" in err
    assert (tmp_path / "out" / "needs.html").read_text().startswith("<!DOCTYPE html>")


def test_json_is_one_object_and_resume_of_what_is_finished_says_it_again(needed, reviews, atrous):
    words = ["needs", "--data", reviews, "--out", "out", *QUICK, "--json"]
    code, _, err = atrous(*words)
    assert (code, "--force" in err) == (2, True)
    code, out, err = atrous(*words, "--resume")
    assert code == 0
    assert json.loads(out)["answer"] == 1
    assert "this is finished" in err
    assert atrous(*words, "--resume", "--quiet")[2] == ""


@pytest.mark.parametrize(
    "words, said",
    [
        (["--most", "64"], "--most 64: larger than the data, whose longest row has"),
        (["--most", "0"], "--most 0: expected 1 or more"),
        (["--seeds", "0"], "--seeds 0: expected 1 or more"),
        (["--margin", "2"], "--margin 2: expected 0 to below 1"),
        (["--set", "encode=lstm"], "encode = lstm: only conv sees the windows that are tried; leave it out"),
        (["--set", "encode.kernel=5"], "encode.kernel: the windows that are tried decide it"),
        (["--set", "train.rate=1e30"], "every run failed"),
        (["--label", "stars"], "stars"),
    ],
)
def test_what_is_wrong_is_one_line_and_leaves_nothing(reviews, atrous, tmp_path, words, said):
    code, out, err = atrous("needs", "--data", reviews, "--out", "out", *QUICK, "--quiet", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_refused(atrous, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    code, out, err = atrous("needs", "--data", "empty.csv")
    assert (code, out) == (2, "")
    assert err.startswith("atrous: empty.csv")


@pytest.mark.slow
def test_a_process_that_is_killed_goes_on_and_ends_with_the_same_answer(reviews, atrous, needed, tmp_path):
    words = ["needs", "--data", str(reviews), "--out", "killed", *QUICK]
    process = subprocess.Popen([sys.executable, "-m", "atrous", *words], cwd=tmp_path, stderr=subprocess.DEVNULL)
    runs = tmp_path / "killed.unfinished" / "runs"
    while process.poll() is None and not (runs.is_dir() and any(runs.iterdir())):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    code, _, err = atrous(*words, "--resume")
    assert code == 0
    assert "runs are done already" in err
    first, second = (json.loads((tmp_path / out / "needs.json").read_text()) for out in ("out", "killed"))
    for one in [*first["windows"], *second["windows"]]:
        del one["seconds"]
    assert first == second
