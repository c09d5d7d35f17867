"""A small share of benchmarks/fuzz.py: nearly valid files through the real command line."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.commands import Case, cases, models, outcome
from tests.fuzz.files import LARGE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return models(tmp_path_factory.mktemp("models"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(train=False, large=False))
def test_a_file_is_taken_or_refused_and_nothing_is_half_written(folder, case):
    assert outcome(case, folder).fault == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_a_shape_that_comes_once_in_a_lifetime_is_taken_or_refused(folder, name):
    command = ("field", "FILE") if name.endswith(".toml") else ("predict", "classes", "FILE", "--out", "answers.csv")
    assert outcome(Case("large", name, LARGE[name](), command), folder).fault == ""


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("broken.csv", b"text\n\xff\n", ("predict", "classes", "FILE", "--out", "a.csv")),
        ("fine.csv", b"text\ngood\n", ("predict", "classes", "FILE", "--out", "a.csv")),
    ],
)
def test_the_judge_sees_a_traceback_and_what_is_left_behind(folder, monkeypatch, name, content, words):
    """A judge that finds everything right proves nothing."""
    case = Case("csv", name, content, words)
    assert outcome(case, folder).fault == ""
    from tests.fuzz import commands

    def breaks(_):
        raise RuntimeError("a bug")

    def litters(_):
        open("half", "w").close()  # noqa: PTH123
        print("atrous: refused", file=commands.sys.stderr)
        return 2

    monkeypatch.setattr(commands, "main", breaks)
    assert outcome(case, folder).fault.startswith("RuntimeError at ")
    monkeypatch.setattr(commands, "main", litters)
    assert outcome(case, folder).fault == "refused, and left ['half']"
    monkeypatch.setattr(commands, "main", lambda _: 0)
    assert outcome(case, folder).fault == "done, and wrote [], not ['a.csv']"
    monkeypatch.setattr(commands, "main", lambda _: 1)
    assert outcome(case, folder).fault == "exit status 1"
