"""optuna's study in a file of its own: which values come next, which trials are given up, what was found so far."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from atrous.errors import ConfigError, MissingExtra

_NAME = "atrous"  # of the study in its file
_ABOUT, _RECORD = "about", "record"  # what the study and each trial of it keep of ours
_RANDOM = 3  # trials at random after the presets; then, next to what did best: presets are no bad place to look
_PATIENT = 4  # so many complete trials, and more, before any is given up
_FROM_EPOCH = 2  # trials are given up from here on: in the first epoch the rate is still rising
_LEAST = 3  # complete trials that must have come as far for the median to mean something

_STATES = {"complete": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL"}  # ours and optuna's

Drawn = TypeVar("Drawn")


@dataclass(frozen=True)
class Record:
    """A trial that has ended.

    number: from 1. tried: the settings it drew. state: complete, pruned or failed. value: what its best epoch was
    worth; None of a failed one. curve: of every epoch. failure: what went wrong, "" if nothing.
    """

    number: int
    encode: str
    tried: dict[str, Any]
    state: str
    value: float | None
    curve: list[dict[str, Any]]
    seconds: float
    failure: str = ""

    def to_json(self) -> dict[str, Any]:
        """As trials.json holds it."""
        return asdict(self)


def library() -> Any:
    """optuna; raises MissingExtra, saying what to install, where it is not."""
    try:
        import optuna
    except ImportError as error:
        raise MissingExtra(
            'tune needs optuna, which is not installed; install it with: pip install "atrous[tune]"'
        ) from error
    return optuna


class _Alone:
    """In the place of optuna's lock, which a kill would leave behind, for the next one to wait half a minute.

    Whoever is here has the folder to itself, see `atrous.outputs.unfinished`.
    """

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        return


class Journal:
    """A study in a file: every step of it is written at once, so that a kill loses the trial under way and no other.

    Trials count from 1, those abandoned by a kill or a Ctrl-C not counted. What a trial draws follows from the seed,
    its number and the trials before it, wherever the study was interrupted.

    kinds: encoders there are to choose from; each is seen once before any trial is given up.

    Raises ConfigError if the file is damaged, and MissingExtra without optuna.
    Source: Bergstra et al. 2011, Algorithms for hyper-parameter optimization (the sampler); Golovin et al. 2017, Google
    Vizier, section 3.2.2 (the median rule)
    """

    def __init__(self, path: Path, *, seed: int, kinds: int = 1) -> None:
        self.path, self.seed, self._kinds = path, seed, kinds
        self._optuna = library()
        self._states = self._optuna.trial.TrialState
        _mend(path)
        storages, pruner = self._optuna.storages, self._optuna.pruners.MedianPruner
        try:
            self._study = self._optuna.create_study(
                storage=storages.JournalStorage(storages.journal.JournalFileBackend(str(path), _Alone())),
                study_name=_NAME, direction="maximize", load_if_exists=True,
                pruner=pruner(max(kinds, _PATIENT), _FROM_EPOCH, n_min_trials=_LEAST),
            )  # fmt: skip
        except Exception as error:  # whatever replaying lines that optuna did not write runs into
            raise ConfigError(f"{path}: damaged ({error}); begin anew with --force") from error
        self._running: Any = None
        for trial in self._study.get_trials(states=(self._states.RUNNING,)):
            self._study.tell(trial.number, state=self._states.FAIL)  # by a process that is no more

    @property
    def about(self) -> dict[str, Any]:
        """What the study is of, as `begin` was told; empty before that."""
        return dict(self._study.user_attrs.get(_ABOUT, {}))

    def begin(self, about: Mapping[str, Any]) -> None:
        """Keep what the study is of."""
        self._study.set_user_attr(_ABOUT, dict(about))

    @property
    def records(self) -> list[Record]:
        """The trials that have ended, in their order, but for those abandoned."""
        return [
            Record(**trial.user_attrs[_RECORD]) for trial in self._study.get_trials(deepcopy=False) if _ended(trial)
        ]

    @property
    def abandoned(self) -> int:
        """How many trials were begun and neither ended nor are under way."""
        return sum(trial.state.is_finished() and not _ended(trial) for trial in self._study.get_trials(deepcopy=False))

    @property
    def best(self) -> Record | None:
        """The complete trial with the highest value, the first of equals; None if there is none."""
        complete = [record for record in self.records if record.state == "complete"]
        return max(complete, key=lambda record: record.value or 0.0, default=None)

    def ask(self, draw: Callable[[Any], Drawn], first: Mapping[str, Any] | None = None) -> Drawn:
        """Begin the next trial: what `draw` makes of it.

        first: what the trial is to give instead of drawing, by name.
        """
        number = len(self.records) + 1
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        self._study.sampler = self._optuna.samplers.TPESampler(seed=seed, n_startup_trials=self._kinds + _RANDOM)
        waiting = self._study.get_trials(deepcopy=False, states=(self._states.WAITING,))
        if first is not None and not waiting:  # a kill may have come between these two lines
            self._study.enqueue_trial(dict(first))
        self._running = self._study.ask()
        return draw(self._running)

    def report(self, epoch: int, value: float) -> bool:
        """Keep what an epoch of the trial under way was worth; whether the trial is worth no more of them."""
        trial = self._trial()
        trial.report(value, epoch)
        return bool(trial.should_prune())

    def tell(self, record: Record) -> None:
        """End the trial under way."""
        trial = self._trial()
        trial.set_user_attr(_RECORD, record.to_json())
        self._study.tell(
            trial, record.value if record.state == "complete" else None, state=self._states[_STATES[record.state]]
        )
        self._running = None

    def abandon(self) -> None:
        """Give up the trial under way as if it had never been."""
        if self._running is not None:
            self._study.tell(self._running, state=self._states.FAIL, skip_if_finished=True)
            self._running = None

    def importances(self, least: int = 20) -> dict[str, float]:
        """How much each setting decides whether a trial is among the best quarter; shares, from large to small.

        Empty with fewer than `least` complete trials, which would say nothing.
        Source: Watanabe et al. 2023, PED-ANOVA, https://arxiv.org/abs/2304.10255
        """
        complete = self._study.get_trials(deepcopy=False, states=(self._states.COMPLETE,))
        if len(complete) < least or len({trial.value for trial in complete}) < 2:
            return {}
        importance = self._optuna.importance
        evaluator = importance.PedAnovaImportanceEvaluator(target_quantile=0.25)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of settings that few trials had
            return dict(importance.get_param_importances(self._study, evaluator=evaluator))

    def _trial(self) -> Any:
        if self._running is None:
            raise ValueError("Journal needs a trial under way, got none; call ask first")
        return self._running


def _ended(trial: Any) -> bool:
    """Whether a trial was told how it ended: a kill may come after its record was kept and before that."""
    record = trial.user_attrs.get(_RECORD)
    return record is not None and _STATES[record["state"]] == trial.state.name


def _mend(path: Path) -> None:
    """Take away what a kill may leave: half a line at the end."""
    if path.is_file():
        os.truncate(path, path.read_bytes().rfind(b"\n") + 1)


@contextmanager
def quietly() -> Iterator[None]:
    """Within the block optuna says nothing of its own."""
    logging = library().logging
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
