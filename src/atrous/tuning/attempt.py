"""One trial: a training run that ends early where it is not worth going on."""

from __future__ import annotations

import math
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

from atrous.bundle import Bundle
from atrous.bundle.folder import write
from atrous.config import Settings
from atrous.data.corpus import Corpus
from atrous.errors import NotFinite
from atrous.training.callbacks import Watch
from atrous.training.fit import learn
from atrous.training.log import LOG
from atrous.training.tokens import Tokens
from atrous.tuning.goal import Goal
from atrous.tuning.journal import Journal


class OutOfTime(Exception):
    """The time of the search is over, and a trial is under way."""


class _GivenUp(Exception):
    """A trial is worse than most were at its epoch."""


@dataclass(frozen=True)
class Ended:
    """How a trial ended; the fields are those of `Record`."""

    state: str
    value: float | None
    curve: list[dict[str, Any]]
    seconds: float
    failure: str = ""


def attempt(
    corpus: Corpus,
    settings: Settings,
    tokens: Tokens,
    journal: Journal,
    *,
    goal: Goal | None,
    folder: Path,
    device: str,
    watch: Watch | None,
) -> Ended:
    """Train a model by these settings, its epochs being reported to the journal.

    goal: what ends it when its time would be over before the next epoch is; None to let it end. folder: where a
    complete one is kept if it is better than all before, as `trial-N`.

    Raises OutOfTime, and KeyboardInterrupt at a Ctrl-C: half a trial says nothing.
    """
    epochs, score = settings.train.epochs, f"dev_{settings.predict.score}"
    values: list[float] = []

    def each_epoch(epoch: int, value: float) -> None:
        if not math.isfinite(value):
            raise NotFinite(f"epoch {epoch}: the loss on dev is {value}; lower train.rate")
        values.append(value)
        worse = journal.report(epoch, value)
        if worse and epoch < epochs:
            raise _GivenUp
        if goal is not None and goal.over_in((time.perf_counter() - started) / epoch) and epoch < epochs:
            raise OutOfTime

    def curve() -> list[dict[str, Any]]:
        # Where no score was reached, the value is a loss with its sign turned.
        return [{"epoch": epoch, score: max(value, 0.0)} for epoch, value in enumerate(values, 1)]

    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="atrous-") as work:
        try:
            bundle = learn(
                corpus, settings, work=Path(work), device=device, watch=watch, each_epoch=each_epoch,
                tokens=tokens._replace(test=tokens.dev),  # so that no trial sees a row of test
            )  # fmt: skip
        except _GivenUp:
            return Ended("pruned", max(values), curve(), time.perf_counter() - started)
        except NotFinite as error:
            return Ended("failed", None, curve(), time.perf_counter() - started, str(error))
        if bundle.scores["interrupted"]:
            raise KeyboardInterrupt
        del bundle.scores["test"]
        bundle.scores["data"]["cut"] = tokens.cut
        best = journal.best
        if best is None or max(values) > (best.value or 0.0):
            _keep(bundle, Path(work) / LOG, folder / kept(len(journal.records) + 1))
    return Ended("complete", max(values), bundle.scores["curve"], time.perf_counter() - started)


def kept(number: int) -> str:
    """What the folder of a trial's model is called.

    >>> kept(3)
    'trial-3'
    """
    return f"trial-{number}"


def _keep(bundle: Bundle, log: Path, folder: Path) -> None:
    """Write the model before the journal is told of the trial: what it says is the best is always there, and whole."""
    folder.mkdir(exist_ok=True)  # a kill may have left one, of this very trial
    write(bundle, folder)
    copyfile(log, folder / LOG)
