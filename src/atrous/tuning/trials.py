"""Trial after trial, until there were enough of them or the time is over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from statistics import fmean
from typing import Any

from atrous.config import Settings
from atrous.data.corpus import Corpus
from atrous.data.progress import announce
from atrous.runtime.readable import spoken as readable
from atrous.training.callbacks import Watch
from atrous.training.tokens import Tokens, alike, tokenise
from atrous.tuning.attempt import Ended, OutOfTime, attempt, kept
from atrous.tuning.free import Values, changed, free, spoken, start
from atrous.tuning.goal import Goal
from atrous.tuning.journal import Journal, Record
from atrous.tuning.space import EVERY

_ENCODER = "encode.name"


class Tokenised:
    """The rows as tokens, made once for all settings that read them alike."""

    def __init__(self, corpus: Corpus, *, quiet: bool) -> None:
        self.corpus, self.quiet = corpus, quiet
        self._made: dict[str, Tokens] = {}

    def of(self, settings: Settings) -> Tokens:
        """What a model with these settings reads."""
        key = alike(settings)
        if key not in self._made:
            self._made[key] = tokenise(self.corpus, settings, quiet=self.quiet)
        return self._made[key]


def search(
    chosen: Sequence[Settings],
    rows: Tokenised,
    journal: Journal,
    goal: Goal,
    *,
    folder: Path,
    device: str,
    quiet: bool,
) -> bool:
    """Go on with the trials of a journal; the best model so far is in `folder`. Whether a Ctrl-C ended it.

    chosen: the settings of each encoder. Its first trial is what they say, with the preset wherever they say nothing;
    then all that they leave open is drawn. With the time over, trials go on until one is complete, or until every
    encoder had its first.
    """
    try:
        while not goal.reached(done := len(journal.records)):
            if goal.over and (journal.best is not None or done >= len(chosen)):
                break
            _trial(chosen, rows, journal, goal, folder, device, quiet)
    except OutOfTime:
        journal.abandon()
        announce("the time is over; the trial under way does not count", quiet=quiet)
    except KeyboardInterrupt:
        journal.abandon()
        return True
    return False


def _trial(
    chosen: Sequence[Settings], rows: Tokenised, journal: Journal, goal: Goal, folder: Path, device: str, quiet: bool
) -> None:
    """The next trial, from what it tries to the line that says how it went."""
    number, first = len(journal.records) + 1, journal.best is None
    settings, values = _next({one.encode.name: one for one in chosen}, journal)
    name, encoder = goal.said(number), settings.encode.name
    ended = attempt(
        rows.corpus, settings, rows.of(settings), journal, goal=None if first else goal, folder=folder, device=device,
        watch=None if quiet else Watch(f"{name}: {encoder}", lines=False),
    )  # fmt: skip
    journal.tell(_record(number, settings, values, ended))
    _only_best(journal, folder)
    tried = spoken(values) if number > len(chosen) else "as it is"
    announce(f"{name}: {encoder}, {tried}: {_how(ended, settings)}{_best(journal, number)}", quiet=quiet)
    # Once more when every encoder was seen: one may take ten times as long as another.
    if ((first and ended.state == "complete") or number == len(chosen)) and not goal.reached(number):
        announce(goal.estimate(number, fmean(record.seconds for record in journal.records)), quiet=quiet)


def _next(chosen: dict[str, Settings], journal: Journal) -> tuple[Settings, Values]:
    """The settings of the next trial, and those values in them that are its own."""
    names = list(chosen)

    def draw(trial: Any) -> tuple[Settings, Values]:
        name = trial.suggest_categorical(_ENCODER, names) if len(names) > 1 else names[0]
        values = {key: kind.ask(trial, _asked(name, key)) for key, kind in free(chosen[name]).items()}
        return changed(chosen[name], values), values

    number = len(journal.records)
    return journal.ask(draw, _first(chosen[names[number]], len(names)) if number < len(names) else None)


def _first(settings: Settings, names: int) -> dict[str, Any]:
    """What the first trial of an encoder gives, by the names that optuna knows."""
    name, begun = settings.encode.name, start(settings)
    found = {_asked(name, key): kind.asked(begun[key]) for key, kind in free(settings).items()}
    return {_ENCODER: name, **found} if names > 1 else found


def _asked(name: str, key: str) -> str:
    """What optuna calls a setting: those that all encoders share by one name, so that what is learnt of one counts."""
    return key if key in EVERY else f"{name} {key}"


def _record(number: int, settings: Settings, values: Values, ended: Ended) -> Record:
    return Record(
        number, settings.encode.name, values, ended.state, ended.value, ended.curve, round(ended.seconds, 3),
        ended.failure,
    )  # fmt: skip


def _only_best(journal: Journal, folder: Path) -> None:
    """Take away the models of trials that are no longer the best."""
    best = journal.best
    for path in folder.glob(kept(0).replace("0", "*")):
        if best is None or path.name != kept(best.number):
            rmtree(path, ignore_errors=True)


def _how(ended: Ended, settings: Settings) -> str:
    score = readable(settings.predict.score)
    if ended.value is None:
        return f"failed: {ended.failure}"
    early = "" if ended.state == "complete" else f"given up after epoch {len(ended.curve)} with "
    return f"{early}dev {score} {max(ended.value, 0):.4f} in {ended.seconds:.0f} s"


def _best(journal: Journal, number: int) -> str:
    best = journal.best
    if best is None:
        return ""
    return "; the best so far" if best.number == number else f"; the best is {best.value:.4f} of trial {best.number}"
