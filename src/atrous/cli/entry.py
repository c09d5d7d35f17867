"""Where the command line begins and where every error ends."""

from __future__ import annotations

import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from atrous import __version__
from atrous.cli.asking import evaluate, predict
from atrous.cli.checking import export, verify
from atrous.cli.comparing import compare, demo
from atrous.cli.encoding import encode
from atrous.cli.explaining import explain
from atrous.cli.learning import data, train
from atrous.cli.needing import needs
from atrous.cli.seeing import field
from atrous.cli.shown import STOPPED, say
from atrous.cli.tuning import tune
from atrous.errors import AtrousError, NotEqual
from atrous.native import described
from atrous.runtime.console import ending_with_its_reader, refused, speak_unicode
from atrous.runtime.processes import processes

# In the order of the help.
COMMANDS = (demo, data, train, compare, tune, evaluate, predict, explain, encode, field, needs, export, verify)

_SOON = 0.01  # seconds until a Ctrl-C that got lost is sent again

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
for command in COMMANDS:
    app.command()(ending_with_its_reader(command))


def _version(wanted: bool | None) -> None:
    if wanted:
        say(f"atrous {__version__} ({described()})")
        raise typer.Exit


@app.callback(epilog="`atrous COMMAND --help` says more of each, with examples.")
def atrous(
    version: Annotated[
        bool | None, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = None,
) -> None:
    """Convolutional sequence models, and the recurrent ones beside them: which is best on your texts, and how far
    must it see?

    \b
    First steps:
      atrous demo                              the main job on real text, in a few minutes
      atrous train --data reviews.csv          labelled texts to a model, runs/tcn
      echo 'a text' | atrous predict runs/tcn  its label

    Results go to standard output; progress, messages and errors to standard error. Exit status: 0 done, 1 a check said
    no, 2 the input is at fault, 130 stopped by Ctrl-C.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    arguments: without the program's name; None takes them from the command line.

    >>> main(["--version"])
    atrous 0.1.0 (...)
    0
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    speak_unicode()
    with warnings.catch_warnings(), _noticed() as asked:
        if not sys.warnoptions:
            warnings.simplefilter("ignore")  # what libraries tell their callers; python -W shows it
        try:
            code = _run(words or ["--help"])
            return _stopped() if asked and code else code
        except AtrousError as error:
            if asked:
                return _stopped()
            return _refuse(str(error), code=1 if isinstance(error, NotEqual) else 2)
        except (KeyboardInterrupt, typer.Abort):
            return _stopped()
        except SystemExit as stop:
            # How typer ends at a closed pipe, and lightning at a Ctrl-C.
            if isinstance(stop.__context__, BrokenPipeError):
                return 0
            if isinstance(stop.__context__, KeyboardInterrupt):
                return _stopped()
            raise
        except Exception as error:
            if asked:
                return _stopped()
            said = refused(error)
            if not said:
                raise  # a mistake of ours, whose traceback helps to mend it
            return _refuse(said)


def _run(words: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        code = command.main(words, prog_name="atrous", standalone_mode=False)
    except Exception as error:
        # What typer raises for words it does not understand has no class that all its versions share.
        if not hasattr(error, "format_message"):
            raise
        path = getattr(getattr(error, "ctx", None), "command_path", "atrous")
        said = error.format_message().replace("Value error, ", "").rstrip(".")
        return _refuse(f"{said}; see {path} --help")
    if code == STOPPED:
        raise KeyboardInterrupt
    return int(code or 0)


@contextmanager
def _noticed() -> Iterator[list[int]]:
    """The Ctrl-Cs while the block runs: a library interrupted in its import may fail with an error of its own."""
    asked: list[int] = []

    def stop(number: int, _: object) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    def swallowed(what: Any) -> None:
        if what.exc_type is not KeyboardInterrupt:
            before(what)
            return
        # It came where Python lets nothing through, as in the callback of a weak reference: it comes again.
        again = threading.Timer(_SOON, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
        again.daemon = True
        again.start()

    usual, before = signal.getsignal(signal.SIGINT), sys.unraisablehook
    if usual is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield asked
        return
    signal.signal(signal.SIGINT, stop)
    sys.unraisablehook = swallowed
    try:
        yield asked
    finally:
        sys.unraisablehook = before
        signal.signal(signal.SIGINT, usual)


def _stopped() -> int:
    if processes().first:
        print("atrous: stopped", file=sys.stderr)
    return STOPPED


def _refuse(message: str, *, code: int = 2) -> int:
    for line in message.splitlines():
        print(f"atrous: {line}", file=sys.stderr)
    return code
