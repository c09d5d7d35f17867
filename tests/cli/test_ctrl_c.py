"""Ctrl-C at any moment of any command: exit status 130, one line, nothing half-written, nothing left behind."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# Says when the interpreter is up: what Python prints of a Ctrl-C before that is not ours to word.
PROGRAM = "import sys, atrous.__main__ as program; print('up', flush=True); sys.exit(program.main())"
MOMENTS = 3


def started(words, folder):
    """The command in a process of its own, once its interpreter is up."""
    made = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
    )  # fmt: skip
    assert made.stdout is not None
    assert made.stdout.readline() == "up\n"
    return made


def left_behind(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path != folder / "tmp")


def check_all_moments(words, folder, *, seed, keep=()):
    """Interrupt the command at drawn moments of the time it takes; what it wrote is whole or not there.

    keep: the outputs of the command as it ends by itself.
    """
    (folder / "tmp").mkdir()
    before = left_behind(folder)
    begun = time.monotonic()
    process = started(words, folder)
    assert process.communicate(timeout=300)[1] == ""
    assert process.returncode == 0
    seconds = time.monotonic() - begun
    whole = left_behind(folder)
    assert all(name in whole for name in keep)
    remove(folder, before)
    stopped = 0
    for place in range(MOMENTS):
        share = random.Random(seed * 1000 + place).uniform(place, place + 1) / MOMENTS
        process = started(words, folder)
        time.sleep(seconds * share)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        said = [line for line in err.splitlines() if line.strip()]
        assert "Traceback" not in err, err
        if process.returncode == 0:  # it was done before the signal came
            assert left_behind(folder) == whole
        else:
            stopped += 1
            assert (process.returncode, said[-1]) == (130, "atrous: stopped"), (process.returncode, err, out)
            assert len(said) == 1
            assert left_behind(folder) in (before, whole)
        remove(folder, before)
    assert stopped


def remove(folder, before):
    for name in reversed(left_behind(folder)):
        path = Path(folder / name)
        if name not in before:
            path.rmdir() if path.is_dir() else path.unlink()


@pytest.fixture
def rows(tmp_path):
    """Enough rows for reading, splitting and tokenising to take a while."""
    words = ["good", "bad", "film", "plot", "long", "short", "of", "the", "a"]
    drawn = random.Random(0)
    lines = [f"{' '.join(drawn.choices(words, k=30))} {n},{drawn.choice(['pos', 'neg'])}" for n in range(8_000)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    return "rows.csv"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["predict", "data"])
def test_ctrl_c_at_any_moment_is_one_line(tmp_path, model, rows, command):
    words, keep = {
        "predict": (["predict", model, rows, "--out", "new/answers.csv.gz", "--quiet"], ["new/answers.csv.gz"]),
        "data": (["data", "languages", "--out", "new/languages"], ["new/languages/train.csv"]),
    }[command]
    check_all_moments(words, tmp_path, seed=len(command), keep=keep)


@pytest.mark.slow
def test_ctrl_c_while_rows_are_read_split_and_tokenised_leaves_nothing(tmp_path, rows):
    """Until the first score on dev nothing is kept; training itself has tests of its own."""
    words = ["train", "--data", rows, "--encode", "bag", "--out", "new/model", "--quiet", "--set", "train.epochs=1"]
    (tmp_path / "tmp").mkdir()
    for place in range(MOMENTS):
        process = started(words, tmp_path)
        time.sleep(random.Random(place).uniform(0.1, 2.5))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err.strip()) == (130, "atrous: stopped")
        assert left_behind(tmp_path) == ["rows.csv"]


def test_ctrl_c_in_the_first_moment_is_one_line(tmp_path):
    """While the command line itself is being imported."""
    for wait in (0.0, 0.02, 0.05, 0.1):
        process = started(["data", "languages", "--out", "new/languages"], tmp_path)
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (130, "atrous: stopped\n")
        assert left_behind(tmp_path) == []


def test_both_ways_to_start_the_program_are_the_one_that_is_tested():
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"] == {"atrous": "atrous.__main__:main"}
