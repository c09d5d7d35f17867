"""What is kept of a run while it trains: the best so far, the curve, the log, and a checkpoint of all of it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch import callbacks
from lightning.pytorch.plugins.io import TorchCheckpointIO
from torch import Tensor

from atrous.runtime.processes import Processes
from atrous.training.callbacks import StopOnInterrupt, Stopped
from atrous.training.checkpoint import CHECKPOINT, read, write
from atrous.training.learner import BEST_BY, LOG_EVERY
from atrous.training.log import LOG, Log
from atrous.training.together import agreed, each_has

EVERY = 30.0  # seconds between checkpoints within an epoch; there is one after each validation anyway

EachEpoch = Callable[[int, float], None]


class Whole(TorchCheckpointIO):
    """How Lightning writes and reads a checkpoint: as `write` and `read` do."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        write(checkpoint, Path(path))

    def load_checkpoint(self, path: Any, map_location: Any = None, weights_only: bool | None = None) -> dict[str, Any]:
        return read(Path(path))


class Keeper(callbacks.Checkpoint):
    """Keeps how far a run is: the best weights and score, how long ago that was, the learning curve, and the log.

    All of it is in the checkpoint, so that best and last never disagree. One is written after each validation, and
    within an epoch when the last one is `EVERY` seconds old; when does not change any number.

    work: the folder of the run. belongs: what the run is of, see `atrous.training.identity`.
    enough: a score on dev with which the run is over, for there is nothing better to come.
    each_epoch: called after each validation, once it is written; what it raises stops the run.

    Raises Stopped once `interrupt` was asked for and a checkpoint is written.
    """

    KEY = "kept"  # under which Lightning files it in a checkpoint

    def __init__(
        self,
        work: Path,
        belongs: dict[str, Any],
        *,
        score: str,
        patience: int,
        interrupt: StopOnInterrupt,
        enough: float = math.inf,
        each_epoch: EachEpoch | None = None,
        own: Processes = Processes(),  # noqa: B008
    ) -> None:
        self.path, self.belongs, self.score, self.patience = work / CHECKPOINT, belongs, score, patience
        self.enough = enough
        self.interrupt, self.each_epoch, self.own = interrupt, each_epoch, own
        # Lightning puts a method of its own on every callback under the name log.
        self.record = Log(work / LOG if own.first else None, ["loss", "dev_loss", score])
        self.record.restart()
        self.best: float | None = None
        self.weights: dict[str, Tensor] = {}
        self.curve: list[dict[str, Any]] = []
        self.waited = 0  # epochs since the best
        self.finished = False
        self.steps = 0  # the optimiser has taken
        self.made_with = {"torch": str(torch.__version__), "threads": torch.get_num_threads()}
        self._loss: tuple[float | Tensor, int] = 0.0, 0  # of this epoch so far: the sum, and of how many steps
        self._seconds, self._started, self._saved = 0.0, time.monotonic(), time.monotonic()

    @property
    def state_key(self) -> str:
        return self.KEY

    @property
    def seconds(self) -> float:
        """How long the run has taken, interruptions not counted."""
        return self._seconds + time.monotonic() - self._started

    def inexact(self, state: dict[str, Any]) -> str:
        """Why a run that goes on from this state may end with other numbers than one that never stopped; "" if not."""
        before, now = state["made with"], self.made_with
        changed = [f"{name} {now[name]}, not {before[name]}" for name in now if now[name] != before[name]]
        return f", with {' and '.join(changed)}: the numbers will differ in their last digits" if changed else ""

    def state_dict(self) -> dict[str, Any]:
        return {
            "belongs": self.belongs,
            "made with": self.made_with,
            "best": self.best,
            "weights": self.weights,
            "curve": self.curve,
            "waited": self.waited,
            "finished": self.finished,
            "steps": self.steps,
            "loss": [each_has(float(self._loss[0]), self.own), self._loss[1]],
            "seconds": self.seconds,
            "log": self.record.text,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.best, self.weights, self.curve = state["best"], state["weights"], state["curve"]
        self.waited, self.finished, self._seconds = state["waited"], state["finished"], state["seconds"]
        totals, steps = state["loss"]
        self.steps, self._loss = state["steps"], (totals[self.own.rank], steps)
        self._started = time.monotonic()
        self.record.restart(state["log"])

    def on_train_batch_end(self, trainer: lightning.Trainer, learner: Any, outputs: Any, *_: Any) -> None:
        total, steps = self._loss
        loss = outputs["loss"].detach()
        self._loss, self.steps = (total + loss.double(), steps + 1), trainer.global_step
        if self.steps % LOG_EVERY == 1:
            self.record.add(trainer.current_epoch + 1, self.steps, loss=_short(loss))
        if trainer.is_last_batch:
            return  # validation comes at once, and a checkpoint after it
        stop = agreed(self.own, self.interrupt.asked)
        if stop or agreed(self.own, time.monotonic() - self._saved > EVERY):
            self.save(trainer)
        if stop:
            raise Stopped

    def on_validation_end(self, trainer: lightning.Trainer, learner: Any) -> None:
        epoch, value = trainer.current_epoch + 1, float(trainer.callback_metrics[BEST_BY])
        self._enter(trainer, epoch)
        if self.best is None or math.isnan(self.best) or value > self.best:
            self.best, self.waited = value, 0
            self.weights = {name: part.detach().cpu().clone() for name, part in learner.model.state_dict().items()}
        else:
            self.waited += 1
        over = self.waited >= self.patience or value >= self.enough
        self.finished = over or not math.isfinite(value) or epoch == trainer.max_epochs
        trainer.should_stop = trainer.should_stop or self.finished
        # Here and not at the end of the epoch: from a checkpoint of then, Lightning would count the epoch twice.
        self.save(trainer)
        if self.each_epoch is not None:
            self.each_epoch(epoch, value)
        if agreed(self.own, self.interrupt.asked) and not self.finished:
            raise Stopped

    def _enter(self, trainer: lightning.Trainer, epoch: int) -> None:
        """Put an epoch into the curve and the log."""
        total, steps = self._loss
        self._loss = 0.0, 0
        mean = statistics.fmean(each_has(float(total), self.own)) / steps
        scores = {name: _short(trainer.callback_metrics[name]) for name in ("dev_loss", self.score)}
        entry = {"epoch": epoch, "step": self.steps, "loss": _short(mean)}
        self.curve = [*self.curve, {**entry, **scores}]
        self.record.add(epoch, self.steps, **scores)

    def save(self, trainer: lightning.Trainer) -> None:
        """Write a checkpoint now."""
        trainer.save_checkpoint(self.path)
        self._saved = time.monotonic()


def _short(number: Any) -> float:
    """A float of 32 bits with the digits that it has.

    >>> _short(0.5249999761581421)
    0.525
    """
    return float(f"{float(number):.7g}")
