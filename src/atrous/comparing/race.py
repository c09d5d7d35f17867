"""Several encoders on the same rows, tokens and seeds, with the same budget and search: which is best, how surely?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from atrous.answering.predict import accelerator
from atrous.comparing import RESULTS
from atrous.comparing.commands import commands, to_repeat
from atrous.comparing.entry import Entry, turns
from atrous.comparing.estimate import costs
from atrous.comparing.judging import judge_of
from atrous.comparing.machine import machine
from atrous.comparing.outcome import keep, leave, outcome
from atrous.comparing.plan import Plan
from atrous.comparing.references import references
from atrous.comparing.remembered import fingerprint, read, remember, remembered
from atrous.comparing.runs import forget_model, read_runs, run
from atrous.comparing.terms import BUDGET, Terms, entrants, name_of
from atrous.config import Settings
from atrous.data.asked import Asked
from atrous.data.corpus import Corpus
from atrous.data.progress import announce
from atrous.data.text import Source
from atrous.errors import ConfigError
from atrous.outputs import check_work, is_finished, nearest, new_folder, unfinished, work_of
from atrous.runtime.readable import spoken
from atrous.training.callbacks import Watch
from atrous.training.tokens import Tokens, tokenise


def compare(
    data: Source | Iterable[Any],
    *,
    dev: Source | Iterable[Any] | None = None,
    test: Source | Iterable[Any] | None = None,
    settings: Source | None = None,
    encode: str | Sequence[str] | None = None,
    budget: int = BUDGET,
    rates: int = 3,
    seeds: int = 3,
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
    force: bool = False,
    resume: bool = False,
    quiet: bool = False,
) -> dict[str, Any]:
    """Train every encoder on the same rows with the same budget, search and seeds, and judge all on the same test rows.

    encode: names of encoders, in a sequence or with commas between; else five that suit the task. A tagger may be named
        with its head, too: bilstm,bilstm+crf.
    budget: parameters of each encoder, which its width is solved for. rates: how many learning rates are tried with
        the first seed, the encoder's preset in their middle; a `train.rate` that is set is kept for all.
    seeds: runs each, from `seed` (0) on. minutes: what the race should take; it is cut to fit, the same for all.
    set: settings of all; one of `encode` goes to those encoders that have it.
    out: a folder for `results.json`, `report.html`, the best model and the record of every run. resume: go on with a
        race that was stopped; what it takes to go on lies in `out`.unfinished until it is done. The rest as for
        `atrous.train`.

    Returns what `results.json` holds: for each model its scores on test, one a seed, rate, parameters, window, speeds
    and memory; the baselines; which differences are clear; and a verdict in sentences. The best is chosen on dev.
    With Ctrl-C the runs that are done are reported, and "interrupted" is true.

    Raises what `atrous.train` raises, and ConfigError if an encoder is unknown or named twice, an option is out of
    range, or a race that was asked something else is to be resumed.
    """
    asked = Asked(
        data, dev, test, settings, text=text, label=label, group=group, beside=beside, encoding=encoding,
        max_steps=max_steps, seed=seed, set=set, task=task, tokens=tokens, tags=tags,
    )  # fmt: skip
    terms = Terms(budget, rates, seeds, minutes)
    chosen = entrants(asked, encode)
    if out is None and resume:
        raise ConfigError("--resume needs --out: only a race with a folder leaves what it can go on from")
    if out is not None:
        if resume and is_finished(out, marks=[RESULTS]):
            found = read(Path(out) / RESULTS)
            announce(f"{out}: this race is finished; nothing was changed", quiet=quiet)
            return found
        check_work(out, force=force, resume=resume, marks=[RESULTS])
    corpus = asked.corpus(chosen[0], folder=None if out is None else nearest(out), quiet=quiet)
    announce(*corpus.said, quiet=quiet)
    names = [name_of(one) for one in chosen]
    repeat = commands(to_repeat(asked, names, terms, out), chosen[0], out, data=_judged_by(asked))
    about = {"commands": repeat, "files": asked.files}
    if out is None:
        with tempfile.TemporaryDirectory(prefix="atrous-") as work_folder:
            return race(corpus, chosen, terms, folder=Path(work_folder), device=device, quiet=quiet, **about)
    with unfinished(out, force=force, resume=resume, marks=[RESULTS]) as work:
        if resume and not work.resumed:
            announce(f"{out}: there is nothing to go on with; beginning from the start", quiet=quiet)
        results = race(corpus, chosen, terms, folder=work.folder, device=device, quiet=quiet, **about)
        with new_folder(out, force=force or resume, marks=[RESULTS]) as folder:
            leave(results, work.folder, folder)
            keep(results, folder, quiet=quiet)
        if results["interrupted"]:
            announce(f"{work_of(out)} keeps what was done; the same command with --resume goes on", quiet=quiet)
        else:
            work.done()
    return results


def race(
    corpus: Corpus,
    settings: Sequence[Settings],
    terms: Terms,
    *,
    folder: Path,
    device: str,
    quiet: bool,
    commands: dict[str, str],
    files: dict[str, str],
) -> dict[str, Any]:
    """Run the race, or what is left of it, in `folder`; one model a settings. See `compare`."""
    started = time.perf_counter()
    settings = [corpus.settled(one) for one in settings]
    tokens = tokenise(corpus, settings[0], quiet=quiet)
    entries = [Entry.of(one, tokens.reader, budget=terms.budget) for one in settings]
    beside = references(corpus, series=settings[0].embed.name == "values")
    asked = {
        "encode": [entry.name for entry in entries], "budget": terms.budget, "rates": terms.rates,
        "seeds": terms.seeds, **fingerprint(corpus),
        **{f"settings of {one.name}": one.settings.model_dump(mode="json") for one in entries},
    }  # fmt: skip
    plan = remembered(folder, asked)
    if plan is None:
        plan = _planned(entries, terms, tokens, corpus.labels, device, quiet, started)
        remember(folder, asked, plan)
    searched = [not entry.rate_given for entry in entries]
    announce(*plan.said(searched), quiet=quiet)
    ended = read_runs(folder)
    for entry in entries:
        entry.follow(plan.rates, plan.epochs)
        entry.runs = [one for one in ended if one.model == entry.name]
    if ended:
        announce(f"{len(ended)} of {plan.runs(searched)} runs are done already", quiet=quiet)
    interrupted = False
    try:
        _run(entries, plan, corpus, tokens, folder, device, quiet)
    except KeyboardInterrupt:
        interrupted = True
        if not any(entry.ended for entry in entries):
            raise
    judge = judge_of(settings[0], corpus.targets, tokens.test)
    place = accelerator(device)
    results = outcome(entries, plan, beside, corpus, judge, folder=folder, device=place, interrupted=interrupted)
    results["data"] |= {"cut": tokens.cut, "files": files}
    return {**results, "commands": commands, "machine": machine(place)}


def _planned(
    entries: Sequence[Entry],
    terms: Terms,
    tokens: Tokens,
    labels: tuple[str, ...],
    device: str,
    quiet: bool,
    started: float,
) -> Plan:
    """The plan, with the estimate of its time unless nobody would read it."""
    train = entries[0].settings.train
    plan = Plan(terms.budget, terms.seeds, terms.rates, train.epochs, train.patience, train.seed, minutes=terms.minutes)
    if quiet and terms.minutes is None:
        return plan
    found = [costs(one.settings, tokens, labels, device=device, searched=not one.rate_given) for one in entries]
    return plan.within(found, spent=time.perf_counter() - started)


def _run(
    entries: Sequence[Entry],
    plan: Plan,
    corpus: Corpus,
    tokens: Tokens,
    folder: Path,
    device: str,
    quiet: bool,
) -> None:
    """Every run that is not there yet, in turn."""
    total = plan.runs([not entry.rate_given for entry in entries])
    for number, (entry, rate, seed) in enumerate(turns(entries, plan.seeds), 1):
        if entry.has(rate, seed):
            continue
        name = f"{entry.name}, rate {rate:g}, seed {seed} ({number} of {total})"
        watch = None if quiet else Watch(name, lines=False)
        found = run(entry.at(rate, seed), corpus, tokens, folder=folder, device=device, watch=watch)
        entry.runs.append(found)
        for one in entry.runs:
            if one != entry.best:
                forget_model(one, folder)
        if found.failure is None:
            announce(f"{name}: dev {spoken(entry.score)} {found.dev:.4f} in {found.seconds:.0f} s", quiet=quiet)
        else:
            announce(f"{name}: failed: {found.failure}", quiet=quiet)


def _judged_by(asked: Asked) -> str:
    """A file of rows that no model learns from, if there is one."""
    return asked.files["test"] if isinstance(asked.test, str) else "FILE"
