"""How far a long reading is, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

_WAIT = 2  # seconds before anything is shown
_PAUSE = 0.2  # seconds between two looks at it
_WIDTH = 24  # of the bar, in characters

Item = TypeVar("Item")


def announce(*lines: str, quiet: bool) -> None:
    """Say lines on standard error, what was decided or how far a long job is, unless it is to be quiet."""
    if lines and not quiet:
        print(*lines, sep="\n", file=sys.stderr, flush=True)


class Progress:
    """Rows so far and rows a second, with a bar where it is known how many there are.

    Shown if standard error is a terminal and it takes more than two seconds.

    what: what is done to the rows. total: how many there are; None where nobody knows.
    """

    def __init__(self, *, quiet: bool, what: str = "", total: int | None = None) -> None:
        self.quiet = quiet or not sys.stderr.isatty()
        self.what, self.total = what, total
        self.started = self._last = time.monotonic()
        self.shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            print(file=sys.stderr)

    def show(self, rows: int) -> None:
        """Say how far it is."""
        now = time.monotonic()
        seconds = now - self.started
        if self.quiet or seconds <= _WAIT or (self.shown and now - self._last < _PAUSE):
            return
        self.shown, self._last = True, now
        print(f"\r{self._line(rows, rows / seconds)} ", end="", file=sys.stderr, flush=True)

    def over(self, rows: Iterable[Item]) -> Iterator[Item]:
        """The rows, counted on their way.

        >>> list(Progress(quiet=True).over("abc"))
        ['a', 'b', 'c']
        """
        count, self.started = 0, time.monotonic()
        with self:
            for count, row in enumerate(rows, 1):
                yield row
                if not count & 255:  # a look at the clock costs as much as a short row
                    self.show(count)
            if self.shown:
                self._last = 0
                self.show(count)

    def _line(self, rows: int, rate: float) -> str:
        start = f"{self.what}: " if self.what else ""
        if self.total is None:
            return f"{start}{rows:,} rows, {rate:,.0f} a second"
        full = _WIDTH * min(rows, self.total) // max(1, self.total)
        bar = "━" * full + "─" * (_WIDTH - full)
        return f"{start}{bar} {rows:,} of {self.total:,} rows, {rate:,.0f} a second"
