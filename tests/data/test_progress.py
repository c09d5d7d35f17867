import io

import pytest

from atrous.data import progress as module
from atrous.data.progress import Progress, announce


def screen_of(monkeypatch, *, terminal=True):
    """What stands for standard error; pytest puts its own there between a fixture and its test."""
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr("sys.stderr", stream)
    return stream


@pytest.mark.parametrize("terminal, seconds, shown", [(True, 5, True), (True, 1, False), (False, 5, False)])
def test_progress_is_shown_on_a_terminal_once_it_takes_long(monkeypatch, terminal, seconds, shown):
    screen = screen_of(monkeypatch, terminal=terminal)
    with Progress(quiet=False) as progress:
        progress.started -= seconds
        progress.show(4096)
    assert ("4,096 rows" in screen.getvalue()) == shown


def test_nothing_is_shown_where_it_should_be_quiet(monkeypatch):
    screen = screen_of(monkeypatch)
    monkeypatch.setattr(module, "_WAIT", -1)
    assert sum(Progress(quiet=True).over(range(1000))) == 499500
    assert not screen.getvalue()


def test_a_known_number_of_rows_has_a_bar_that_ends_full(monkeypatch):
    screen = screen_of(monkeypatch)
    monkeypatch.setattr(module, "_WAIT", -1)
    monkeypatch.setattr(module, "_PAUSE", 0)
    assert len(list(Progress(quiet=False, what="tokenising", total=1000).over(range(1000)))) == 1000
    lines = screen.getvalue().split("\r")
    assert [line.split(" rows")[0] for line in (lines[2], lines[-1])] == [
        f"tokenising: {'━' * 12}{'─' * 12} 512 of 1,000",
        f"tokenising: {'━' * 24} 1,000 of 1,000",
    ]
    assert lines[-1].endswith(" a second \n")


def test_rows_that_fail_end_the_line(monkeypatch):
    screen = screen_of(monkeypatch)
    monkeypatch.setattr(module, "_WAIT", -1)

    def rows():
        yield from range(300)
        raise ValueError

    with pytest.raises(ValueError):
        list(Progress(quiet=False).over(rows()))
    assert screen.getvalue().endswith("\n")


def test_what_is_announced_is_on_standard_error_or_nowhere(capsys):
    announce("one", "two", quiet=False)
    announce(quiet=False)
    announce("three", quiet=True)
    assert capsys.readouterr() == ("", "one\ntwo\n")
