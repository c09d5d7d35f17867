"""`atrous.needs`: how much context do the data need?"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atrous.answering.predict import accelerator
from atrous.comparing.remembered import read, write
from atrous.config import Settings
from atrous.context import NEEDS, PAGE, SETTINGS
from atrous.context.choice import Choice, choose
from atrous.context.found import Needs, summed
from atrous.context.next import settings_for
from atrous.context.picture import page
from atrous.context.rows import majority, thinned
from atrous.context.runs import Run, counts_of, read_runs, run
from atrous.context.terms import HELD, MARGIN, ROWS, Terms, cheap, windows
from atrous.context.turns import Turns, work
from atrous.data.asked import Asked
from atrous.data.corpus import Corpus
from atrous.data.progress import announce
from atrous.data.text import Source
from atrous.errors import ConfigError, MissingExtra, NotFinite
from atrous.outputs import is_finished, nearest, new_folder, unfinished, work_of
from atrous.runtime.readable import spoken
from atrous.training.callbacks import Watch
from atrous.training.identity import difference, identity
from atrous.training.tokens import Tokens, tokenise

ASKED = "asked.json"


def needs(
    data: Source | Iterable[Any],
    *,
    dev: Source | Iterable[Any] | None = None,
    test: Source | Iterable[Any] | None = None,
    settings: Source | None = None,
    most: int | None = None,
    seeds: int = 3,
    margin: float = MARGIN,
    rows: int = ROWS,
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
    force: bool = False,
    resume: bool = False,
    quiet: bool = False,
) -> Needs:
    """Find how much context the data need: train one cheap model at growing windows, and see where it stops growing.

    most: tokens of the largest window; without, what holds 95 of 100 rows, but 255 at most. The windows are 1, 3, 7,
        15, ... tokens. seeds: runs of each that the answer hangs on; the others get one. margin: the difference of
        scores that is worth a larger window.
    rows: how many are learnt from, and at most as many chosen and judged by.
    A tagger's windows lie around their token, half before it and half after.

    settings, set: of the cheap model, but for its window; `embed` says what a token is.
    out: a folder for `needs.json`, `settings.toml`, a model that sees as much, and `needs.html`. resume: go on with
        what was stopped or killed. The rest as for `atrous.train`.

    Returns the smallest window that no larger one beats, with an interval, and the score of every window.

    Raises what `atrous.train` raises, ConfigError for a window larger than the data, and NotFinite if every run of a
    window failed.
    """
    asked = Asked(
        data, dev, test, settings, text=text, label=label, group=group, beside=beside, encoding=encoding,
        max_steps=max_steps, seed=seed, set=set, task=task, tokens=tokens, tags=tags,
    )  # fmt: skip
    terms, chosen = Terms(most, seeds, margin, rows), cheap(asked)
    if out is None and resume:
        raise ConfigError("--resume needs --out: only what has a folder leaves something to go on from")
    if out is None:
        with tempfile.TemporaryDirectory(prefix="atrous-") as folder:
            return _needs(asked, chosen, terms, Path(folder), device=device, quiet=quiet)
    if resume and is_finished(out, marks=[NEEDS]):
        announce(f"{out}: this is finished; nothing was changed", quiet=quiet)
        return kept(Path(out) / NEEDS)
    with unfinished(out, force=force, resume=resume, marks=[NEEDS]) as work:
        if resume and not work.resumed:
            announce(f"{out}: there is nothing to resume; starting from the beginning", quiet=quiet)
        try:
            found = _needs(asked, chosen, terms, work.folder, beside=nearest(out), device=device, quiet=quiet)
        except KeyboardInterrupt:
            announce(f"{work_of(out)} keeps what was done; the same command with --resume goes on", quiet=quiet)
            raise
        except NotFinite:
            work.done()  # it would fail again
            raise
        with new_folder(out, force=force or resume, marks=[NEEDS]) as folder:
            keep(found, folder, quiet=quiet)
        work.done()
    return found


def kept(path: Path) -> Needs:
    """What a finished search has written. Raises ConfigError if it is damaged."""
    try:
        return Needs.from_json(read(path))
    except (TypeError, KeyError, ValueError) as error:
        raise ConfigError(f"{path}: damaged ({error}); begin anew with --force") from error


def keep(found: Needs, folder: Path, *, quiet: bool) -> None:
    """Write needs.json, the settings, and the page where matplotlib is there to draw it."""
    (folder / NEEDS).write_text(json.dumps(found.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if found.settings is not None:
        (folder / SETTINGS).write_text(found.settings, encoding="utf-8")
    try:
        (folder / PAGE).write_text(page(found), encoding="utf-8")
    except MissingExtra as error:
        announce(f"no {PAGE}: {error}", quiet=quiet)


def _needs(
    asked: Asked, chosen: Settings, terms: Terms, folder: Path, *, beside: Path | None = None, device: str, quiet: bool
) -> Needs:
    corpus = asked.corpus(chosen, folder=beside, quiet=quiet)
    announce(*corpus.said, quiet=quiet)
    chosen = corpus.settled(chosen)
    whole, corpus = corpus, thinned(corpus, terms.rows)
    if len(corpus.train) < len(whole.train):
        announce(f"{len(corpus.train):,} of {len(whole.train):,} training rows are used (--rows)", quiet=quiet)
    tokens = tokenise(corpus, chosen, quiet=quiet)
    lengths = tokens.train.lengths
    longest, usual = int(lengths.max(initial=0)), int(np.quantile(lengths, HELD, method="higher"))
    if not longest:
        raise ConfigError("every training row is empty: there is no context to ask for")
    reach = 2 if chosen.task == "tag" else 1  # the first token of a row sees the last one, and the last the first
    tried = windows(terms, longest=reach * longest - reach + 1, usual=reach * usual - reach + 1)
    _same(folder, chosen, tokens, corpus.labels, terms, tried)
    always, ends = majority(tokens, corpus.targets), tried[-1] >= reach * usual - reach + 1

    def judged(ended: Mapping[int, list[Run]]) -> Choice:
        counts = {window: [counts_of(one, folder) for one in runs if not one.failure] for window, runs in ended.items()}
        return choose({one: np.stack(found) for one, found in counts.items()}, always, margin=terms.margin, whole=ends)

    turns = Turns(tried, chosen.train.seed, terms.seeds)
    ended, choice = _run_all(chosen, corpus, tokens, turns, judged, folder, device=device, quiet=quiet)
    about = {"train": len(corpus.train), "dev": len(corpus.dev), "test": len(corpus.test), "longest": longest,
             "usual": usual}  # fmt: skip
    return summed(
        choice, ended, margin=terms.margin, score=chosen.predict.score, token=chosen.embed.name,
        rows=about, files=asked.files,
        settings=None if choice.window is None else settings_for(choice.window, asked), around=chosen.task == "tag",
    )  # fmt: skip


def _same(
    folder: Path, chosen: Settings, tokens: Tokens, labels: tuple[str, ...], terms: Terms, tried: tuple[int, ...]
) -> None:
    """Write down what is asked; raise ConfigError if something else was asked of the runs that are there."""
    path = folder / ASKED
    now = json.loads(json.dumps(identity(chosen, tokens, labels, windows=list(tried), seeds=terms.seeds)))
    if path.is_file():
        if how := difference(read(path), now):
            raise ConfigError(f"{folder}: what is unfinished there {how}; ask for the same, or begin anew with --force")
        return
    write(path, now)


def _run_all(
    chosen: Settings,
    corpus: Corpus,
    tokens: Tokens,
    turns: Turns,
    judged: Callable[[Mapping[int, list[Run]]], Choice],
    folder: Path,
    *,
    device: str,
    quiet: bool,
) -> tuple[dict[int, list[Run]], Choice]:
    """Every run that is wanted and not there yet, and what they say together.

    Raises NotFinite if every run of a window failed.
    """
    place, score = accelerator(device), spoken(chosen.predict.score)
    ended = {(one.window, one.seed): one for one in read_runs(folder)}
    if ended:
        announce(f"{len(ended)} runs are done already", quiet=quiet)
    spent, done = 0.0, 0
    while True:
        for window, seed in turns.wanted:
            if (window, seed) in ended:
                continue
            name = f"window {window}, seed {seed}"
            started = time.perf_counter()
            watch = None if quiet else Watch(name, lines=False)
            found = run(chosen, corpus, tokens, Run(window, seed), folder=folder, device=place, watch=watch)
            ended[window, seed] = found
            spent, done = spent + time.perf_counter() - started, done + work(window)
            left = spent / done * sum(work(one[0]) for one in turns.most if one not in ended)
            said = found.failure or f"{score} {found.dev:.4f} on dev, {found.test:.4f} on test"
            announce(f"{name}: {said}{_spoken(left)}", quiet=quiet)
        wanted = [ended[one] for one in turns.wanted]
        runs = {window: [one for one in wanted if one.window == window] for window in turns.windows}
        failed = {window for window, of_window in runs.items() if all(one.failure for one in of_window)}
        if turns.fill(failed):
            continue
        if failed:
            window = min(failed)
            raise NotFinite(
                f"window {window}: every run failed: {runs[window][0].failure}; lower the learning rate "
                f"(--set train.rate={(chosen.train.rate or 0) / 3:.2g})"
            )
        choice = judged(runs)
        if not turns.hang_on(choice.window):
            return runs, choice


def _spoken(seconds: float) -> str:
    if not seconds:
        return ""
    return (
        f"; at most {math.ceil(seconds)} seconds left"
        if seconds < 120
        else f"; at most {seconds / 60:.0f} minutes left"
    )
