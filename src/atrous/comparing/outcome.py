"""What a race found, as results.json holds it: a function of what is kept of its runs."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atrous.bundle import Bundle
from atrous.comparing import BEST, REPORT, RESULTS, RUNS
from atrous.comparing.baselines import strong
from atrous.comparing.differences import Counts, differences
from atrous.comparing.entry import Entry
from atrous.comparing.gradients import gradients_on_test
from atrous.comparing.judged import Judge
from atrous.comparing.ngrams import ngrams_on_test
from atrous.comparing.plan import Plan
from atrous.comparing.records import RECORD
from atrous.comparing.references import References
from atrous.comparing.report import report
from atrous.comparing.runs import LOGITS, MODEL, TAGS, Run, answers_of, bundle_of, read_runs
from atrous.comparing.speed import speeds
from atrous.comparing.tags import TagJudge
from atrous.comparing.verdict import verdict
from atrous.data.corpus import Corpus
from atrous.errors import MissingExtra

FORMAT = 2  # of results.json; 1 had one rate, no differences and no curves
_NOT_MEASURED = (
    *("parameters", "encoder_parameters", "window", "sees"),
    *("train_steps_per_second", "texts_per_second", "milliseconds_alone", "peak_bytes"),
)


def winner(entries: Sequence[Entry]) -> Entry | None:
    """The model that is best on dev in the mean over its seeds; None if no run of any has ended."""
    ended = [entry for entry in entries if entry.best is not None]
    return max(ended, key=lambda entry: statistics.fmean(run.dev or 0.0 for run in entry.ended), default=None)


def measured(
    entries: Sequence[Entry], corpus: Corpus, folder: Path, *, device: str, timed: bool
) -> list[dict[str, Any]]:
    """Of each model what its best run's model is measured for; None for what is not known.

    device: cpu or cuda. timed: whether to measure speeds, which takes some seconds a model.
    """
    found = [dict.fromkeys(_NOT_MEASURED, None) for _ in entries]
    bundles = [(place, bundle_of(entry.best, folder)) for place, entry in enumerate(entries) if entry.best is not None]
    for _, bundle in bundles:
        bundle.model.to(device)
    given = [row.given for row in corpus.test[:2048]]
    rates = speeds([(bundle, bundle.settings) for _, bundle in bundles], given) if timed and bundles else []
    for place, bundle in bundles:
        found[place] |= {
            "parameters": bundle.model.cost.parameters,
            "encoder_parameters": bundle.model.encode.cost.parameters,
            "window": bundle.window.to_json(),
            "sees": str(bundle.window),
        }
    for (place, _), speed in zip(bundles, rates, strict=False):
        found[place] |= speed
    return found


def outcome(
    entries: Sequence[Entry],
    plan: Plan,
    beside: References,
    corpus: Corpus,
    judge: Judge | TagJudge,
    *,
    folder: Path,
    device: str,
    interrupted: bool,
) -> dict[str, Any]:
    """All that the runs in the race's folder say; an interrupted race is not timed."""
    best = winner(entries)
    counts: dict[str, Counts] = {
        entry.name: np.stack([judge.counts(answers_of(run, folder)) for run in entry.ended])
        for entry in entries
        if entry.ended
    }
    if beside.counts is not None:
        counts[strong(beside.baselines)] = beside.counts
    found = measured(entries, corpus, folder, device=device, timed=not interrupted)
    results = {
        "format": FORMAT,
        "task": entries[0].settings.task,
        "score": entries[0].score,
        "plan": plan.to_json([not entry.rate_given for entry in entries]),
        "baselines": beside.baselines,
        "ceiling": beside.ceiling,
        "best": None if best is None or best.best is None else {
            "name": best.name, "seed": best.best.seed, "folder": BEST,
        },
        "models": [entry.report(one) for entry, one in zip(entries, found, strict=True)],
        "differences": differences(counts),
        "best_on_test": None
        if best is None or best.best is None
        else judge.on_test(answers_of(best.best, folder), corpus.test)
        | _looked_into(bundle_of(best.best, folder), corpus, interrupted=interrupted),
        "data": {"train": len(corpus.train), "dev": len(corpus.dev), "test": len(corpus.test)},
        "interrupted": interrupted,
    }  # fmt: skip
    return {**results, "verdict": verdict(results)}


def _looked_into(bundle: Bundle, corpus: Corpus, *, interrupted: bool) -> dict[str, Any]:
    """What the instruments say of the best model; of an interrupted race only what takes no time."""
    gradients = None if interrupted else gradients_on_test(bundle, corpus.test)
    return {"ngrams": ngrams_on_test(bundle, corpus.test), "gradients": gradients}


def leave(results: dict[str, Any], folder: Path, out: Path) -> None:
    """Write what a race leaves of its runs: the best model, and the record and the answers of each.

    folder: where the race was run. out: where to write.
    """
    if results["best"] is not None:
        name, seed = results["best"]["name"], results["best"]["seed"]
        rate = next(model["rate"] for model in results["models"] if model["name"] == name)
        shutil.copytree(folder / RUNS / Run(name, rate, seed).name / MODEL, out / BEST)
    for run in read_runs(folder):
        (out / RUNS / run.name).mkdir(parents=True)
        for part in (RECORD, LOGITS, TAGS):
            if (folder / RUNS / run.name / part).exists():
                shutil.copyfile(folder / RUNS / run.name / part, out / RUNS / run.name / part)


def keep(results: dict[str, Any], out: Path, *, quiet: bool) -> None:
    """Write results.json, and the page that shows it where matplotlib is there to draw it."""
    (out / RESULTS).write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    try:
        (out / REPORT).write_text(report(results), encoding="utf-8")
    except MissingExtra as error:
        if not quiet:
            print(f"no {REPORT}: {error}", file=sys.stderr)
