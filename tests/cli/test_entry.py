import contextlib
import inspect
import signal
import subprocess
import sys
import time
import weakref

import pytest

from atrous.cli import comparing, entry, learning, seeing, tuning
from atrous.comparing import terms
from atrous.config import ENCODE_SETTINGS, Settings
from atrous.errors import DataError

COMMANDS = [command.__name__ for command in entry.COMMANDS]


def test_version_and_help_need_nothing_heavy():
    for words in (["--help"], ["--version"], *([command, "--help"] for command in COMMANDS)):
        code = f"import sys; from atrous.cli import main; main({words!r}); print(sorted(sys.modules), file=sys.stderr)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for heavy in ("torch", "numpy", "lightning", "pandas", "pyarrow"):
            assert f"'{heavy}'" not in done.stderr, f"{words} imports {heavy}"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_teaches_by_example(atrous, command):
    code, out, _ = atrous(command, "--help")
    assert code == 0
    assert f"atrous {command}" in out
    assert "Example" in out


def test_a_wrong_file_is_refused_without_torch(tmp_path):
    words = ["train", "--data", "missing.csv", "--out", "model"]
    code = f"import sys; from atrous.cli import main; print(main({words!r}), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]


def test_python_m_atrous_is_the_same_program():
    done = subprocess.run([sys.executable, "-m", "atrous", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("atrous 0.")


def test_a_reader_that_has_had_enough_is_no_error(tmp_path):
    command = f"{sys.executable} -m atrous --help | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0
    assert not done.stderr


def test_an_unknown_command_is_refused_in_one_line(atrous):
    code, _, err = atrous("trian")
    assert code == 2
    assert len(err.splitlines()) == 1
    assert "--help" in err


def test_what_the_help_says_of_encoders_and_folders_is_so():
    # Written out there, so that the help imports nothing heavy.
    assert set(learning.ENCODERS.replace(" or ", ", ").split(", ")) == set(ENCODE_SETTINGS)
    assert all(",".join(terms.DEFAULT) in inspect.getsource(module) for module in (comparing, tuning))
    assert inspect.signature(comparing.compare).parameters["budget"].default == terms.BUDGET
    assert Settings().encode.name == "tcn"
    assert all(name in (seeing.field.__doc__ or "") for name in ENCODE_SETTINGS)


def test_no_word_at_all_is_answered_with_the_help(atrous):
    code, out, err = atrous()
    assert (code, err) == (0, "")
    assert "First steps" in out


def test_what_is_a_mistake_of_ours_keeps_its_traceback(atrous, monkeypatch):
    def breaks(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr("atrous.data.packaged.describe", breaks)
    with pytest.raises(RuntimeError, match="a bug"):
        atrous("data")


@pytest.mark.parametrize("then", ["an error", "a refusal", "a check that says no"])
def test_a_ctrl_c_that_a_library_takes_for_something_else_is_one_all_the_same(atrous, monkeypatch, then):
    """As torch does when it is interrupted while it imports its compiler."""

    def swallowed():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        if then == "a check that says no":
            raise SystemExit(1)
        raise AttributeError("half imported") if then == "an error" else DataError("cannot be read")

    monkeypatch.setattr("atrous.data.packaged.describe", swallowed)
    if then == "a check that says no":
        monkeypatch.setattr("atrous.cli.entry._run", lambda _: _one(swallowed))
    assert atrous("data") == (130, "", "atrous: stopped\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _one(command):
    with contextlib.suppress(SystemExit):
        command()
    return 1


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), "as lightning does"])
def test_ctrl_c_anywhere_is_one_line_and_130(atrous, monkeypatch, stop):
    def stopped():
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            if isinstance(stop, str):
                sys.exit(1)
            raise

    monkeypatch.setattr("atrous.data.packaged.describe", stopped)
    assert atrous("data") == (130, "", "atrous: stopped\n")


class Watched:
    """What a weak reference can be made to."""


def test_a_ctrl_c_that_python_swallows_comes_again(capsys):
    # The callback of a weak reference lets no exception through; imports have such callbacks.
    kept = Watched()
    reference = weakref.ref(kept, lambda _: signal.raise_signal(signal.SIGINT))
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), entry._noticed() as asked:
        del kept
        while time.monotonic() - begun < 30:
            time.sleep(0.1)
    assert (reference(), asked) == (None, [signal.SIGINT, signal.SIGINT])
    assert capsys.readouterr().err == ""
