"""What scripts of this folder share: what they take, what they keep, their tables in RESULTS.md, a busy core."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
PAGE = Path(__file__).parents[1] / "RESULTS.md"


class Table:
    """One script's results: the file that keeps them, and the place of their table in RESULTS.md.

    script: `__file__` of a script of this folder, of whose name both are made.
    """

    def __init__(self, script: str) -> None:
        name = Path(script).stem
        self.kept = RESULTS / f"speed-{name}.json"
        self.begin = f"<!-- speed: benchmarks/speed/{name}.py -->"
        self.end = f"<!-- end of speed: benchmarks/speed/{name}.py -->"

    @property
    def results(self) -> Any:
        """What was kept; None if nothing was measured yet."""
        return json.loads(self.kept.read_text(encoding="utf-8")) if self.kept.exists() else None

    @property
    def written(self) -> str:
        """What stands in RESULTS.md."""
        return PAGE.read_text(encoding="utf-8").split(self.begin)[1].split(self.end)[0].strip()

    def keep(self, results: Any) -> None:
        self.kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")

    def write(self, text: str) -> None:
        before, rest = PAGE.read_text(encoding="utf-8").split(self.begin)
        PAGE.write_text(f"{before}{self.begin}\n{text}\n{self.end}{rest.split(self.end)[1]}", encoding="utf-8")


def parser(about: str | None, *, rounds: int) -> argparse.ArgumentParser:
    """What every script takes."""
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--rounds", type=int, default=rounds, help="how often each is measured, in turn")
    made.add_argument("--write", action="store_true", help="only write the table into RESULTS.md")
    return made


def main(
    table: Table, about: str | None, measure: Callable[[int], Any], markdown: Callable[[Any], str], *, rounds: int
) -> None:
    """Measure and keep, unless only the table is asked for; then write it."""
    asked = parser(about, rounds=rounds).parse_args()
    if not asked.write:
        table.keep(measure(asked.rounds))
    table.write(markdown(table.results))


def with_data(
    table: Table,
    made: argparse.ArgumentParser,
    measure: Callable[[Path, argparse.Namespace], Any],
    markdown: Callable[[Any], str],
) -> None:
    """The same for a script that reads the folder of benchmark data: --data, else ATROUS_DATA."""
    made.add_argument("--data", type=Path, default=os.environ.get("ATROUS_DATA"), help="else ATROUS_DATA")
    asked = made.parse_args()
    if not asked.write:
        if asked.data is None:
            raise SystemExit("name the folder of the data: --data FOLDER or ATROUS_DATA")
        table.keep(measure(Path(asked.data), asked))
    table.write(markdown(table.results))


def fastest(sizes: Sequence[int], answer: Callable[[int], object]) -> int:
    """The batch size with which it answers soonest, each tried once."""
    times = {}
    for size in sizes:
        began = time.perf_counter()
        answer(size)
        times[size] = time.perf_counter() - began
    return min(times, key=times.__getitem__)


def spread(numbers: Sequence[float], form: str = ".2f") -> str:
    """The median, and between which numbers it lies."""
    return f"{median(numbers):{form}} ({min(numbers):{form}} to {max(numbers):{form}})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Theirs by ours, round by round."""
    return [other / one for one, other in zip(ours, theirs, strict=True)]


def tell(what: str) -> None:
    """Say how far it is."""
    print(what, file=sys.stderr, flush=True)


@contextmanager
def busy_cores(count: int) -> Iterator[None]:
    """Other processes keep so many cores busy while the block runs."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
