"""A full disk, a folder that may not be written, no memory: one line, exit status 2, and nothing half-written."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.conftest import SMALL

from atrous.data import spool
from atrous.data.spool import np as numpy_of_spool


@contextmanager
def files_of_at_most(size):
    """No file may grow above so many bytes: the system refuses as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refused(done, *words):
    """Whether a command ended in one line that has these words; returns the line."""
    code, out, err = done
    assert (code, out) == (2, ""), err
    (line,) = err.splitlines()
    assert line.startswith("atrous: ")
    assert all(word in line for word in words), line
    return line


@pytest.mark.parametrize("name", ["new/vectors.npy", "vectors.parquet"])
def test_encode_into_a_full_disk_leaves_nothing(atrous, tmp_path, model, reviews, name):
    shutil.copy(reviews, "rows.csv")
    with files_of_at_most(500):
        done = atrous("encode", model, "rows.csv", "--out", name, "--quiet")
    refused(done, f"atrous: {name}: ", "File too large", "write to another disk")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


@pytest.mark.parametrize("name", ["new/answers.csv", "answers.jsonl.gz", "answers.csv.xz"])
def test_predict_into_a_full_disk_leaves_nothing(atrous, tmp_path, model, reviews, name):
    shutil.copy(reviews, "rows.csv")
    with files_of_at_most(500):
        done = atrous("predict", model, "rows.csv", "--out", name, "--quiet")
    refused(done, f"atrous: {name}: ", "File too large", "write to another disk")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


@pytest.mark.parametrize("size", [100, 4000])
def test_training_into_a_full_disk_leaves_nothing(atrous, tmp_path, reviews, size):
    with files_of_at_most(size):
        done = atrous("train", "--data", reviews, "--encode", "ngram", "--out", "new/model", "--quiet", *SMALL)
    refused(done, "File too large", "another disk")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_into_a_full_disk_leaves_nothing(atrous, tmp_path):
    with files_of_at_most(500):
        done = atrous("field", "tcn", "--svg", "new/tcn.svg")
    refused(done, "atrous: new/tcn.svg: ", "File too large")
    assert list(tmp_path.iterdir()) == []


def test_example_data_into_a_full_disk_leaves_nothing(atrous, tmp_path):
    with files_of_at_most(5000):
        done = atrous("data", "languages", "--out", "new/languages")
    refused(done, "atrous: new/languages: ", "File too large")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_export_and_a_race_into_a_full_disk_leave_nothing(atrous, tmp_path, model, reviews):
    with files_of_at_most(5000):
        refused(atrous("export", model, "new/export", "--quiet"), "atrous: new/export: ", "File too large")
        done = atrous("compare", "--data", reviews, "--encode", "bag,ngram", "--out", "race", "--quiet", *SMALL)
        refused(done, "File too large")
        code, _, err = atrous("verify", model, "--quiet")
        assert (code, err.count("\n")) == (2, 1)
        assert f"{tempfile.gettempdir()} or standard output: " in err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and "unfinished" not in str(path)]


def test_standard_output_that_is_full_is_said_in_one_line(tmp_path, model):
    command = "import sys; from atrous.__main__ import main; sys.exit(main())"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", command, "data"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "standard output: no room left (No space left on device)" in done.stderr


@contextmanager
def as_a_user_who_is_not_root():
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_folder_that_may_not_be_written_is_named(atrous, tmp_path, model, reviews):
    place = Path(tempfile.mkdtemp(prefix="atrous-"))  # tmp_path is for its owner alone
    try:
        shutil.copytree(model, place / "model")
        shutil.copy(reviews, place / "rows.csv")
        place.chmod(0o555)
        for words, name in (
            (["predict", place / "model", place / "rows.csv", "--quiet", "--out"], "answers.csv"),
            (["train", "--data", place / "rows.csv", "--encode", "ngram", "--quiet", *SMALL, "--out"], "m"),
            (["data", "languages", "--out"], "languages"),
        ):
            assert atrous(*words, tmp_path / name)[0] == 0  # what it imports late lies where others may not look
            with as_a_user_who_is_not_root():
                done = atrous(*words, place / "new" / name)
            refused(done, f"{place}/new/{name}: cannot be written (Permission denied); name another")
        assert sorted(path.name for path in place.iterdir()) == ["model", "rows.csv"]
    finally:
        place.chmod(0o755)
        shutil.rmtree(place)


@pytest.mark.parametrize("out", ["/proc/model", "/sys/model", "/proc/self/model"])
@pytest.mark.parametrize("command", ["train", "predict", "data", "field"])
def test_where_nobody_may_write_is_refused_before_anything_is_computed(atrous, tmp_path, model, reviews, command, out):
    words = {
        "train": ["train", "--data", reviews, "--quiet", "--out", out],
        "predict": ["predict", model, reviews, "--quiet", "--out", out],
        "data": ["data", "languages", "--out", out],
        "field": ["field", "tcn", "--svg", out],
    }[command]
    refused(atrous(*words), f"atrous: {out}: ", "name another")


def test_no_memory_for_the_token_file_is_one_line(atrous, tmp_path, reviews, monkeypatch):
    def no_memory(*_, **__):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(spool, "HELD", 100)
    monkeypatch.setattr(numpy_of_spool, "memmap", no_memory)
    done = atrous("train", "--data", reviews, "--encode", "ngram", "--out", "model", "--quiet", *SMALL)
    refused(done, "bytes of tokens cannot be mapped into memory there (Cannot allocate memory)", "TMPDIR")
    assert list(tmp_path.iterdir()) == []


LIMITED = """
import resource, sys
from pathlib import Path
from atrous.cli import main
import atrous.training.run
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 3 * 10**8, resource.RLIM_INFINITY))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_no_memory_for_a_model_is_one_line(tmp_path, reviews):
    words = ["train", "--data", str(reviews), "--out", "model", "--quiet", "--set", "encode.channels=9000"]
    done = subprocess.run([sys.executable, "-c", LIMITED, *words], cwd=tmp_path, capture_output=True, text=True)
    refused((done.returncode, done.stdout, done.stderr), "not enough memory (asked for 972000000 bytes)", "smaller")
    assert not (tmp_path / "model").exists()
