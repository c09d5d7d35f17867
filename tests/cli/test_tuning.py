import json
import os
import signal
import subprocess
import sys

import pytest

import atrous as package

SMALL = [
    "--set", "embed.channels=8", "--set", "embed.bigrams=40", "--set", "train.epochs=2", "--set", "train.batch=16",
]  # fmt: skip


def test_tune_says_what_it_found_and_what_to_type_next(atrous, reviews, tmp_path):
    code, out, err = atrous(
        "tune", "--data", reviews, "--encode", "bag,ngram", "--trials", "3", "--out", "tuned", *SMALL
    )
    assert code == 0, err
    assert out.startswith("The best of 3 trials is trial ")
    assert "On test it has " in out
    assert f"  atrous train tuned/best.toml --data {reviews} --seed 1" in out
    assert "| atrous predict tuned/best" in out
    assert "trial 1 of 3: bag, as it is: dev accuracy" in err
    assert "at that pace the other 2 trials take" in err
    code, out, _ = atrous("train", "tuned/best.toml", "--data", reviews, "--out", "again", "--quiet", "--json")
    assert code == 0
    found = json.loads((tmp_path / "tuned" / "trials.json").read_text())
    assert json.loads(out)["test"]["accuracy"] == found["best"]["test"]


def test_tune_as_json_is_what_the_file_of_trials_holds(atrous, reviews, tmp_path):
    (tmp_path / "my.toml").write_text('encode = "bag"\n[train]\nepochs = 1\n')
    words = ["my.toml", "--data", reviews, "--minutes", "0.0001", "--json", "--quiet", *SMALL[:4]]
    code, out, err = atrous("tune", *words)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found == json.loads((tmp_path / "runs" / "tune" / "trials.json").read_text())
    assert [(trial["encode"], trial["state"]) for trial in found["trials"]] == [("bag", "complete")]
    assert package.load(tmp_path / "runs" / "tune" / "best").settings.train.epochs == 1


@pytest.mark.parametrize(
    "more, words",
    [
        (["--trials", "0"], "--trials 0: expected 1 or more"),
        (["--minutes", "0"], "--minutes 0: expected a number above 0"),
        (["--encode", "bag,tcm"], "did you mean 'tcn'"),
        (["--encode", "bag,bag"], "name each encoder once"),
        (["--label", "star"], "no column 'star'"),
        (["--dev", "missing.csv"], "missing.csv"),
        (["--set", "train.epoch=3"], "did you mean 'train.epochs'"),
        (["--out", "there"], "a folder with something else in it is there already"),
        (["missing.toml"], "missing.toml: there is no such settings file"),
        (["wrong.toml"], "wrong.toml line 2: unknown setting 'train.epoch'"),
        (["all.toml"], "nothing is left to search: the settings fix embed.channels, embed.bigrams, train.rate"),
    ],
)
def test_wrong_words_are_refused_in_one_line_without_torch(tmp_path, reviews, more, words):
    from atrous.config import dump, load

    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").touch()
    (tmp_path / "wrong.toml").write_text("[train]\nepoch = 3\n")
    (tmp_path / "all.toml").write_text(dump(load(encode="bag").resolved()))
    before = sorted(tmp_path.rglob("*"))
    asked = ["tune", *more, "--data", str(reviews)]
    code = f"import sys; from atrous.cli import main; print(main({asked!r}), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"], done.stderr
    (line,) = done.stderr.splitlines()
    assert words in line
    assert sorted(tmp_path.rglob("*")) == before


def test_without_optuna_one_line_says_what_to_install(atrous, reviews, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    code, out, err = atrous("tune", "--data", reviews)
    assert (code, out) == (2, "")
    assert err == 'atrous: tune needs optuna, which is not installed; install it with: pip install "atrous[tune]"\n'
    assert not list(tmp_path.iterdir())


def stopped_after(folder, words, line, stop):
    """Search in a process of its own and send it a signal once it said so: exit status, and what it said then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "atrous", *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
        # Who starts the tests in the background may have told all their children to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    for said in process.stderr:
        if said.startswith(line):
            break
    process.send_signal(stop)
    _, err = process.communicate(timeout=120)
    return process.returncode, err


@pytest.mark.slow
def test_a_search_goes_on_after_kill_and_ctrl_c_to_the_end_it_would_have_had(atrous, reviews, tmp_path):
    words = ["tune", "--data", str(reviews), "--encode", "bag,ngram", *SMALL]
    assert atrous(*words, "--trials", "6", "--out", "whole", "--quiet")[0] == 0
    words += ["--out", "out", "--resume", "--trials"]
    assert stopped_after(tmp_path, [*words, "1000"], "trial 2 ", signal.SIGKILL)[0] == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    code, err = stopped_after(tmp_path, [*words, "1000"], "trial 4 ", signal.SIGINT)
    assert (code, "Traceback" in err) == (130, False), err
    assert len(json.loads((tmp_path / "out" / "trials.json").read_text())["trials"]) >= 4
    code, out, err = atrous(*words, "6", "--json")
    assert code == 0
    assert "out.unfinished: going on after " in err
    expected = json.loads((tmp_path / "whole" / "trials.json").read_text())["trials"]
    assert [{**one, "seconds": 0} for one in json.loads(out)["trials"]] == [{**one, "seconds": 0} for one in expected]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]
