"""Several encoders on the same rows, tokens, budget of epochs and seeds: which is best, how fast, how far it sees."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from atrous.bundle import Bundle
from atrous.bundle.folder import write
from atrous.comparing import BEST, RESULTS, several
from atrous.comparing.baselines import baselines, ceiling
from atrous.comparing.speed import speeds
from atrous.config import ENCODE_SETTINGS, Settings, load
from atrous.data.corpus import Corpus, read_corpus
from atrous.data.given import described, table
from atrous.data.text import Source
from atrous.errors import ConfigError, NotFinite
from atrous.outputs import check, nearest, new_folder
from atrous.predict import HEADS
from atrous.runtime.readable import spoken
from atrous.training.callbacks import Watch
from atrous.training.fit import learn
from atrous.training.tokens import Tokens, alike, tokenise

DEFAULT = ("bag", "ngram", "tcn", "bilstm", "attention")


def compare(
    data: Source | Iterable[Any],
    *,
    dev: Source | Iterable[Any] | None = None,
    test: Source | Iterable[Any] | None = None,
    settings: Source | None = None,
    encode: str | Sequence[str] = DEFAULT,
    seeds: int = 3,
    text: str | None = None,
    label: str | None = None,
    group: str | None = None,
    beside: str | None = None,
    encoding: str | None = None,
    max_steps: int | None = None,
    seed: int | None = None,
    set: Sequence[str] = (),
    out: Source | None = None,
    device: str = "auto",
    force: bool = False,
    quiet: bool = False,
) -> dict[str, Any]:
    """Train every encoder with every seed on the same rows, and judge all on the same test rows.

    encode: names of encoders, in a sequence or with commas between. seeds: runs each, from `seed` (0) on.
    set: settings of all; one of `encode` goes to those encoders that have it.
    out: a folder for `results.json` and the best model, `best/`. The rest as for `atrous.train`.

    Returns what `results.json` holds: the baselines' scores, the ceiling, and of each model its scores on test,
    one a seed, its failed seeds (a loss no longer finite), parameters, window and speeds. The best is chosen on dev.
    With Ctrl-C the runs that are done are kept, and "interrupted" is true.

    Raises what `atrous.train` raises, and ConfigError if an encoder is unknown or named twice.
    """
    names = _names(encode)
    if seeds < 1:
        raise ConfigError(f"--seeds {seeds}: expected 1 or more")
    columns: dict[str, Any] = {
        "text": text, "label": label, "group": group, "beside": beside, "encoding": encoding, "max_steps": max_steps,
    }  # fmt: skip
    path = None if settings is None else Path(settings)
    chosen = [
        load(path, overrides, data=columns, encode=name, train={"seed": seed})
        for name, overrides in zip(names, _shared(set, names), strict=True)
    ]
    if out is not None:
        check(out, force=force, marks=[RESULTS])
    given = {name: table(one, name) for name, one in (("data", data), ("dev", dev), ("test", test)) if one is not None}
    corpus = read_corpus(
        given["data"], dev=given.get("dev"), test=given.get("test"), settings=chosen[0].data,
        several=chosen[0].predict.name == "labels",
        series=chosen[0].embed.name == "values", folder=None if out is None else nearest(out), quiet=quiet,
    )  # fmt: skip
    if not quiet:
        print(*corpus.said, sep="\n", file=sys.stderr)
    kept = new_folder(out, force=force, marks=[RESULTS]) if out is not None else nullcontext()
    with kept as folder:
        results = race(corpus, chosen, seeds=seeds, folder=folder, device=device, quiet=quiet)
        results["data"]["files"] = {name: described(one) for name, one in given.items()}
        if folder is not None:
            keep(results, folder)
    return results


def race(
    corpus: Corpus, settings: Sequence[Settings], *, seeds: int, folder: Path | None, device: str, quiet: bool
) -> dict[str, Any]:
    """Run the race in memory; the best model goes into `folder`/best. One model a settings; see `compare`."""
    entries = [Entry(one) for one in settings]
    first = settings[0].train.seed
    interrupted = False
    tokens: dict[str, Tokens] = {}  # of models that read alike, made once for all their seeds
    try:
        for number, (seed, entry) in enumerate(((s, e) for s in range(first, first + seeds) for e in entries), 1):
            key = alike(entry.settings)
            tokens[key] = tokens.get(key) or tokenise(corpus, entry.settings, quiet=quiet)
            name = f"{entry.name}, seed {seed} ({number} of {seeds * len(entries)})"
            _run(entry, corpus, tokens[key], seed, name, device, quiet)
    except KeyboardInterrupt:
        interrupted = True
        if not any(entry.scores for entry in entries):
            raise
    finished = [entry for entry in entries if entry.best is not None]
    found = speeds([(entry.bundle, entry.settings) for entry in finished], [row.given for row in corpus.test])
    for entry, speed in zip(finished, found, strict=True):
        entry.speed = speed
    cut = next(iter(tokens.values())).cut if tokens else {}
    winner = max(finished, key=lambda entry: statistics.fmean(entry.dev_scores), default=None)
    if winner is not None and folder is not None:
        (folder / BEST).mkdir()
        write(winner.bundle, folder / BEST)
    return {
        "score": entries[0].score,
        **_beside(corpus),
        "best": None if winner is None else {"name": winner.name, "seed": winner.bundle.scores["seed"], "folder": BEST},
        "models": [entry.report() for entry in entries],
        "data": {"train": len(corpus.train), "dev": len(corpus.dev), "test": len(corpus.test), "cut": cut},
        "interrupted": interrupted,
    }


def _beside(corpus: Corpus) -> dict[str, Any]:
    """The baselines and the ceiling."""
    if corpus.targets.several:
        simple = several.baselines(corpus.train, corpus.dev, corpus.test, corpus.targets)
        return {"baselines": simple, "ceiling": several.ceiling(corpus.test, corpus.targets)}
    texts, labels = [row.text for row in corpus.test], [row.label for row in corpus.test]
    return {"baselines": baselines(corpus.train, corpus.dev, corpus.test), "ceiling": ceiling(texts, labels)}


class Entry:
    """One model of the race: what it is told, what it scored with each seed, and the best of its bundles."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.name = settings.resolved(), settings.encode.name
        self.score = HEADS[settings.predict.name].score
        self.scores: list[float] = []
        self.dev_scores: list[float] = []
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self.best: Bundle | None = None
        self.speed: dict[str, float] = {}

    @property
    def bundle(self) -> Bundle:
        """The best bundle; there must be one."""
        if self.best is None:
            raise ValueError(f"{self.name} has no finished run")
        return self.best

    def take(self, bundle: Bundle) -> None:
        """Count a finished run."""
        dev = bundle.scores["dev"][self.score]
        if not self.dev_scores or dev > max(self.dev_scores):
            self.best = bundle
        self.scores.append(bundle.scores["test"][self.score])
        self.dev_scores.append(dev)
        self.seconds.append(bundle.scores["seconds"])

    def report(self) -> dict[str, Any]:
        """What results.json says of this model."""
        bundle = self.best
        return {
            "name": self.name,
            "scores": self.scores,
            "dev_scores": self.dev_scores,
            "mean": statistics.fmean(self.scores) if self.scores else None,
            "sd": statistics.stdev(self.scores) if len(self.scores) > 1 else None,
            "failed_seeds": len(self.failures),
            "failures": self.failures,
            "seconds": self.seconds,
            "parameters": bundle and bundle.model.cost.parameters,
            "encoder_parameters": bundle and bundle.model.encode.cost.parameters,
            "window": bundle and bundle.window.to_json(),
            "sees": bundle and str(bundle.window),
            **self.speed,
            "settings": self.settings.model_dump(mode="json", exclude_none=True),
        }


def _run(entry: Entry, corpus: Corpus, tokens: Tokens, seed: int, name: str, device: str, quiet: bool) -> None:
    settings = entry.settings.model_copy(update={"train": entry.settings.train.model_copy(update={"seed": seed})})
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="atrous-") as work:
        try:
            watch = None if quiet else Watch(name, lines=False)
            bundle = learn(corpus, settings, work=Path(work), device=device, watch=watch, tokens=tokens)
        except NotFinite as error:
            entry.failures.append(str(error))
            said = f"failed: {error}"
        else:
            if bundle.scores["interrupted"]:  # half a run is no entry in a race
                raise KeyboardInterrupt
            entry.take(bundle)
            said = f"dev {spoken(entry.score)} {entry.dev_scores[-1]:.4f} in {time.perf_counter() - started:.0f} s"
    if not quiet:
        print(f"{name}: {said}", file=sys.stderr)


def _names(encode: str | Iterable[str]) -> list[str]:
    names = [name.strip() for name in encode.split(",")] if isinstance(encode, str) else list(encode)
    for name in names:
        if name not in ENCODE_SETTINGS:
            load(encode=name)  # which says what there is and what may have been meant
    if len({*names}) < len(names) or not names:
        raise ConfigError(f"--encode {','.join(names)}: name each encoder once, with commas between")
    return names


def _shared(overrides: Sequence[str], names: Sequence[str]) -> list[list[str]]:
    """For each encoder the overrides that concern it: one of a field that some other encoder has is not for it."""

    def concerns(override: str, name: str) -> bool:
        section, _, field = override.partition("=")[0].strip().partition(".")
        if section != "encode":
            return True
        owners = [other for other in names if field in ENCODE_SETTINGS[other].model_fields]
        # Nobody's field is a slip of the pen: told to whoever has one of like name, it is refused with a suggestion.
        owners = owners or [other for other in names if get_close_matches(field, ENCODE_SETTINGS[other].model_fields)]
        return name in owners or not owners

    return [[override for override in overrides if concerns(override, name)] for name in names]


def keep(results: dict[str, Any], folder: Path) -> None:
    """Write the results into the race's folder."""
    (folder / RESULTS).write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
