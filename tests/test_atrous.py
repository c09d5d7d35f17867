"""The package as one meets it: its names, fetched when they are used."""

import subprocess
import sys

import pytest

import atrous


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
