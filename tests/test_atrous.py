"""The package as one meets it: its names, fetched when they are used."""

import os
import subprocess
import sys

import pytest

import atrous
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


def test_every_public_name_is_there_and_listed():
    for name in atrous.__all__:
        assert getattr(atrous, name) is not None
        assert name in dir(atrous)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        atrous.nonsense  # noqa: B018


@pytest.mark.parametrize("set_before, waits", [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_wait_asleep_unless_the_user_said_otherwise(set_before, waits):
    before = f"os.environ['OMP_WAIT_POLICY'] = {set_before!r}" if set_before else "os.environ.pop('OMP_WAIT_POLICY', 0)"
    code = f"import os; {before}; import atrous; print(os.environ['OMP_WAIT_POLICY'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == waits


RUN = """
import sys
from atrous.__main__ import main
code = main()
import torch
print("threads:", torch.get_num_threads())
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the OpenMP that torch brings on Linux")
@pytest.mark.parametrize("words, threads", [(["--threads", "2"], 2), ([], 1)])
def test_the_threads_of_a_prediction_wait_asleep_and_are_as_many_as_was_asked(tmp_path, words, threads):
    bundle = atrous.Bundle.fresh(load(encode="bag"), Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))
    bundle.save(tmp_path / "model")
    environment = {**os.environ, "OMP_DISPLAY_ENV": "VERBOSE", "OMP_NUM_THREADS": "1"}
    environment.pop("OMP_WAIT_POLICY", None)
    done = subprocess.run(
        [sys.executable, "-c", RUN, "predict", str(tmp_path / "model"), *words],
        input="a film\n", env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    # What OpenMP itself says of its settings when it is loaded.
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in done.stderr
    assert "GOMP_SPINCOUNT = '0'" in done.stderr
    assert done.stdout.splitlines()[-1] == f"threads: {threads}"


def test_calling_a_public_function_does_not_replace_it():
    for _ in range(2):
        with pytest.raises(atrous.AtrousError):
            atrous.train("missing.csv")
        with pytest.raises(atrous.AtrousError):
            atrous.compare("missing.csv")
        with pytest.raises(atrous.AtrousError):
            atrous.load("missing")
        with pytest.raises(atrous.AtrousError):
            atrous.example_data("missing", "out")
        with pytest.raises(atrous.AtrousError):
            atrous.field("missing")
        with pytest.raises(atrous.AtrousError):
            atrous.export("missing", "out")
        with pytest.raises(atrous.AtrousError):
            atrous.verify("missing")
