"""What a search found, as files: the best settings, the best model with its score on test, every trial."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

from atrous.answering.predict import accelerator
from atrous.bundle import Bundle
from atrous.bundle.folder import load, write
from atrous.config import Settings, dump
from atrous.data.corpus import Corpus
from atrous.errors import NotFinite
from atrous.runtime.readable import spoken
from atrous.training.log import LOG
from atrous.tuning import BEST, JOURNAL, SETTINGS, TRIALS
from atrous.tuning.attempt import kept
from atrous.tuning.free import changed
from atrous.tuning.journal import Journal, Record

FORMAT = 1


def outcome(
    chosen: Sequence[Settings], corpus: Corpus, journal: Journal, *, work: Path, device: str, files: Mapping[str, str]
) -> tuple[dict[str, Any], Bundle]:
    """What trials.json holds, and the best model; the test rows are read here, by it alone.

    chosen: the settings of each encoder, whose first trials they are. work: where that model is. files: what the data
    are called.

    Raises NotFinite if no trial is complete.
    """
    records, best = journal.records, journal.best
    if best is None:
        raise NotFinite(f"none of {len(records)} trials ended well; the first: {records[0].failure}")
    settings = settings_of(chosen, best)
    score = settings.predict.score
    bundle = load(work / kept(best.number))
    bundle.model.to(accelerator(device))
    held = bundle.scores["test"] = bundle.score(corpus.test)
    bundle.model.cpu()
    bundle.scores["data"]["files"] = dict(files)
    names = [one.encode.name for one in chosen]
    found = {
        "format": FORMAT,
        "score": score,
        "best": {
            "number": best.number,
            "encode": best.encode,
            "dev": bundle.scores["dev"][score],
            "test": held[score],
            "settings": settings.model_dump(mode="json", exclude_none=True),
            "folder": BEST,
        },
        "first": {name: _row(record, score) for name, record in zip(names, records, strict=False)},
        "trials": [_told(record, score, settings_of(chosen, record)) for record in records],
        "abandoned": journal.abandoned,
        "importances": journal.importances(),
        "data": {"train": len(corpus.train), "dev": len(corpus.dev), "test": len(corpus.test), "files": dict(files)},
        "seed": settings.train.seed,
    }
    return found, bundle


def keep(found: dict[str, Any], bundle: Bundle, work: Path, folder: Path) -> None:
    """Write all of it into a folder."""
    best = found["best"]
    (folder / SETTINGS).write_text(
        f"# What `atrous tune` found: trial {best['number']} of {len(found['trials'])}, "
        f"{spoken(found['score'])} {best['dev']:.4f} on dev, which chose it.\n{dump(bundle.settings)}",
        encoding="utf-8",
    )
    (folder / BEST).mkdir()
    write(bundle, folder / BEST)
    copyfile(work / kept(best["number"]) / LOG, folder / BEST / LOG)
    copyfile(work / JOURNAL, folder / JOURNAL)
    (folder / TRIALS).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def settings_of(chosen: Sequence[Settings], record: Record) -> Settings:
    """The settings of a trial, presets filled in, so that they train the same model when a preset has changed."""
    base = next(one for one in chosen if one.encode.name == record.encode)
    return changed(base, record.tried).resolved()


def _row(record: Record, score: str) -> dict[str, Any]:
    return {"number": record.number, "state": record.state, score: _score(record)}


def _score(record: Record) -> float | None:
    return None if record.value is None else max(record.value, 0.0)


def _told(record: Record, score: str, settings: Settings) -> dict[str, Any]:
    told = record.to_json()
    del told["value"]
    return {**told, "dev": _score(record), "settings": settings.model_dump(mode="json", exclude_none=True)}
