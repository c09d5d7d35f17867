"""The log of a run: a table that grows while it trains, and that a resumed run goes on with, no row twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

LOG = "log.csv"  # in the model folder: the loss every so many steps, the scores on dev every epoch


class Log:
    """Rows of numbers under fixed columns, in memory and, with a path, in a CSV file that is always up to date.

    >>> log = Log(None, ["loss", "dev_loss"])
    >>> log.add(1, 20, loss=0.25)
    >>> log.add(1, 33, dev_loss=0.5)
    >>> print(log.text, end="")
    epoch,step,loss,dev_loss
    1,20,0.25,
    1,33,,0.5
    """

    def __init__(self, path: Path | None, columns: Iterable[str]) -> None:
        self.path, self.columns = path, list(columns)
        head = io.StringIO()
        csv.writer(head, lineterminator="").writerow(["epoch", "step", *self.columns])
        self.lines = [head.getvalue()]

    @property
    def text(self) -> str:
        """The whole file."""
        return "".join(f"{line}\n" for line in self.lines)

    def add(self, epoch: int, step: int, **values: float) -> None:
        """Add a row; a column without a value stays empty."""
        line = ",".join(
            [str(epoch), str(step), *(repr(values[name]) if name in values else "" for name in self.columns)]
        )
        self.lines.append(line)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")

    def restart(self, text: str | None = None) -> None:
        """Go on from `text`, what an earlier run had by then, or from no rows; rows of its that came later go."""
        self.lines = self.lines[:1] if text is None else text.splitlines()
        if self.path is not None:
            self.path.write_text(self.text, encoding="utf-8")
