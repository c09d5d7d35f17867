"""What happens around the steps: seeds, Ctrl-C, and the lines a user watches."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

import lightning
import torch
from lightning.pytorch import callbacks
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from atrous.runtime.readable import spoken

_SCORES = {f"dev_{score}" for score in ("accuracy", "micro_f1", "span_f1")}


class SeedEachStep(callbacks.Callback):
    """Seeds torch's generator from (seed, step, rank) at every step, so that a resumed run draws what it would have.

    No generator state is ever saved.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def on_train_batch_start(self, trainer: lightning.Trainer, *_: Any) -> None:
        # Numbers of one run lie apart from those of the next seed's.
        torch.manual_seed((self.seed * 1_000_003 + trainer.global_step) * 1_009 + trainer.global_rank)


class Stopped(Exception):
    """The user pressed Ctrl-C, and what is to go on from is written."""


class StoppedAtOnce(BaseException):
    """The user pressed Ctrl-C again. No KeyboardInterrupt, of which Lightning makes a SystemExit."""


class StopOnInterrupt:
    """Within the block the first Ctrl-C only asks to stop; a second raises StoppedAtOnce.

    asked: whether the first one came. quiet: say nothing of it.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.asked, self.quiet = False, quiet
        self._before: Any = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)

    def _ask(self, *_: Any) -> None:
        if self.asked:
            raise StoppedAtOnce
        self.asked = True
        if not self.quiet:
            print("stopping after this step; press Ctrl-C again to stop at once", file=sys.stderr)

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)


class Watch(callbacks.ProgressBar):
    """On a terminal a bar on standard error; elsewhere, one line an epoch, or none with `lines=False`."""

    def __init__(self, name: str, *, lines: bool = True) -> None:
        super().__init__()
        self.name, self.lines = name, lines
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._task: Any = None
        self._loss = float("nan")

    def disable(self) -> None:
        """Lightning asks for it where several processes train; only the first one speaks."""
        self._console.quiet = True

    def on_train_start(self, trainer: lightning.Trainer, *_: Any) -> None:
        if self._console.is_terminal:
            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
            self._bar = Progress(*columns, TextColumn("{task.fields[seen]}"), console=self._console, transient=True)
            total = trainer.num_training_batches * (trainer.max_epochs or 1)
            self._task = self._bar.add_task(self.name, total=total, completed=trainer.global_step, seen="")
            self._bar.start()

    def on_train_batch_end(self, trainer: lightning.Trainer, learner: Any, outputs: Any, *_: Any) -> None:
        self._loss = float(outputs["loss"])
        if self._bar is not None:
            self._bar.update(self._task, advance=1, seen=f"loss {self._loss:.3f}{self._dev(trainer)}")

    def on_validation_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        if self._bar is None and self.lines:
            epoch = f"epoch {trainer.current_epoch + 1} of {trainer.max_epochs}"
            self._console.print(f"{self.name}: {epoch}, loss {self._loss:.3f}{self._dev(trainer)}", highlight=False)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    @staticmethod
    def _dev(trainer: lightning.Trainer) -> str:
        found = {name: value for name, value in trainer.callback_metrics.items() if name in _SCORES}
        return "".join(f", dev {spoken(name.removeprefix('dev_'))} {float(value):.4f}" for name, value in found.items())
