"""`atrous.tune`: from labelled texts to better settings than the presets."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile, copytree
from typing import Any

from atrous.config import Settings
from atrous.data.asked import Asked
from atrous.data.progress import announce
from atrous.data.text import Source
from atrous.errors import ConfigError, NotFinite
from atrous.outputs import Work, check_work, nearest, new_folder, unfinished
from atrous.training.identity import difference, identity
from atrous.tuning import BEST, JOURNAL, TRIALS
from atrous.tuning.asked import finished, wanted
from atrous.tuning.attempt import kept
from atrous.tuning.free import free
from atrous.tuning.goal import Goal
from atrous.tuning.journal import Journal, quietly
from atrous.tuning.outcome import keep, outcome
from atrous.tuning.trials import Tokenised, search


def tune(
    data: Source | Iterable[Any],
    *,
    dev: Source | Iterable[Any] | None = None,
    test: Source | Iterable[Any] | None = None,
    settings: Source | None = None,
    encode: str | Sequence[str] | None = None,
    trials: int | None = None,
    minutes: float | None = None,
    task: str | None = None,
    text: str | None = None,
    label: str | None = None,
    tokens: str | None = None,
    tags: str | None = None,
    group: str | None = None,
    beside: str | None = None,
    encoding: str | None = None,
    max_steps: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    out: Source | None = None,
    device: str = "auto",
    resume: bool = False,
    force: bool = False,
    quiet: bool = False,
) -> dict[str, Any]:
    """Search for settings that score best on dev: which encoder, how wide, how deep, and at what rate.

    encode: names of encoders to choose from; without, the one of the settings, or, if they name none, five. What
        settings and `set` say is not searched.
    trials, minutes: how many trained models, for how long; the first of them is over first. 30 trials by default. At
        least one trial is let end. The first trial of each encoder is its preset.
    out: a folder for `best.toml`, the settings; `best/`, their model; `trials.json`, every trial; `journal.log`,
        optuna's study.
    resume: go on with a search that was stopped, with what it was asked; on a finished one, only with more `trials`.

    The rest as for `atrous.train`. A trial that is worse than most were at its epoch is given up; one whose loss is no
    longer finite has failed. The test rows are read once, by the best model.

    Returns what `trials.json` holds. With Ctrl-C the trials that ended count, and "interrupted" is true.

    Raises what `atrous.train` raises, MissingExtra without optuna, NotFinite if no trial ended well, and ConfigError if
    nothing is left to search or an unfinished search is of other data or settings.
    """
    goal = Goal(trials, minutes)
    asked = Asked(
        data, dev, test, settings, text, label, group, beside, encoding, max_steps, seed, set, task, tokens, tags
    )
    chosen = wanted(asked, encode)
    if out is not None:
        check_work(out, force=force, resume=resume, marks=[TRIALS])
        if resume and (found := finished(out, goal)):
            done = f"this search is finished, with {len(found['trials'])} trials"
            announce(f"{out}: {done}; there is nothing to resume, but --trials asks for more", quiet=quiet)
            return found
    with _place(out, force=force, resume=resume) as place, quietly():
        if resume and not place.resumed:
            announce(f"{out}: there is nothing to resume; starting from the beginning", quiet=quiet)
        return _tune(asked, chosen, goal, place, out, device=device, quiet=quiet)


@contextmanager
def _place(out: Source | None, *, force: bool, resume: bool) -> Iterator[Work]:
    """Where the search keeps what it goes on from."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="atrous-") as folder:
            yield Work(Path(folder), resumed=False)
        return
    with unfinished(out, force=force, resume=resume, marks=[TRIALS]) as work:
        taken_up = resume and not (work.folder / JOURNAL).is_file() and (Path(out) / JOURNAL).is_file()
        try:
            if taken_up:
                _take_up(Path(out), work.folder)
                work.resumed = True
            yield work
        except ConfigError:
            if taken_up:  # in vain: the output is as it was, and finished
                work.done()
            raise


def _take_up(out: Path, folder: Path) -> None:
    """Make a finished search an unfinished one; the journal comes last, so that a kill leaves nothing that counts."""
    try:
        best = json.loads((out / TRIALS).read_text(encoding="utf-8"))["best"]["number"]
        copytree(out / BEST, folder / kept(best), dirs_exist_ok=True)
        copyfile(out / JOURNAL, folder / f"{JOURNAL}.new")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{out}: damaged ({error}); begin anew with --force") from error
    (folder / f"{JOURNAL}.new").replace(folder / JOURNAL)


def _tune(
    asked: Asked, chosen: list[Settings], goal: Goal, place: Work, out: Source | None, *, device: str, quiet: bool
) -> dict[str, Any]:
    """Search, and write what was found."""
    corpus = asked.corpus(chosen[0], folder=None if out is None else nearest(out), quiet=quiet)
    chosen = [corpus.settled(one) for one in chosen]
    journal = Journal(place.folder / JOURNAL, seed=chosen[0].train.seed, kinds=len(chosen))
    announce(*corpus.said, *([_goes_on(journal, place)] if place.resumed else []), quiet=quiet)
    rows = Tokenised(corpus, quiet=quiet)
    _is_same(chosen, rows, journal, place.folder)
    interrupted = search(chosen, rows, journal, goal, folder=place.folder, device=device, quiet=quiet)
    if interrupted and journal.best is None:
        raise KeyboardInterrupt
    try:
        found, bundle = outcome(chosen, corpus, journal, work=place.folder, device=device, files=asked.files)
    except NotFinite:
        place.done()
        raise
    found["interrupted"] = interrupted
    if out is not None:
        # What is there already is an earlier state of this very search, or was to be replaced.
        with new_folder(out, force=True, marks=[TRIALS]) as folder:
            keep(found, bundle, place.folder, folder)
    if not interrupted:
        place.done()
    return found


def _goes_on(journal: Journal, place: Work) -> str:
    best = journal.best
    so_far = "" if best is None else f", the best with {best.value:.4f} on dev"
    return f"{place.folder.name}: going on after {len(journal.records)} trials{so_far}"


def _is_same(chosen: Sequence[Settings], rows: Tokenised, journal: Journal, folder: Path) -> None:
    """Raise ConfigError if the journal is of other rows, other settings, or another search of them."""
    searched = {f"what is searched of {one.encode.name}": list(free(one)) for one in chosen}
    fixed = {
        f"encode.{name} of {one.encode.name}": value for one in chosen for name, value in one.encode.options.items()
    }
    ranges = {f"the ranges of {one.encode.name}": str(free(one)) for one in chosen}
    options = {"the encoders": ", ".join(one.encode.name for one in chosen), **searched, **fixed, **ranges}
    # Encoder and pool differ with each; what is set of them is among the options.
    about = identity(chosen[0], rows.of(chosen[0]), rows.corpus.labels, **json.loads(json.dumps(options)))
    if not journal.about:
        journal.begin(about)
    elif how := difference(journal.about, about):
        raise ConfigError(f"{folder}: the unfinished search there {how}; ask for the same, or begin anew with --force")
