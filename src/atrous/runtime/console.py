"""What every program of ours does about its standard streams: the command line, and the program in an export."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from atrous.runtime.failures import refusal


def speak_unicode() -> None:
    """Texts in any script can be printed: to a file or a pipe as UTF-8, to a terminal as well as it can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                if stream.isatty():
                    stream.reconfigure(errors="replace")
                else:
                    stream.reconfigure(encoding="utf-8", errors="replace")


def let_go_of_output() -> None:
    """Nobody takes what is printed: Python flushes once more at its end, and must find something open then."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def refused(error: Exception) -> str:
    """What the machine did not give, in one line; "" if that was not it. Standard output may have been what it was."""
    try:
        sys.stdout.flush()
    except OSError:
        let_go_of_output()
        return refusal(error, place="standard output")
    return refusal(error, place=f"{tempfile.gettempdir()} or standard output")  # of outputs the error says it


def ending_with_its_reader(command: Callable[..., int | None]) -> Callable[..., int]:
    """The command, which ends quietly and well when whoever reads its output has had enough, as `| head` has."""

    @functools.wraps(command)
    def run(*positional: Any, **named: Any) -> int:
        try:
            code = command(*positional, **named)
            sys.stdout.flush()
        except BrokenPipeError:
            let_go_of_output()
            return 0
        return code or 0

    return run
