"""One run of a race and what is kept of it: a folder of its own, there whole or not at all."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.answering.decoded import Decoded, decoded
from atrous.answering.predict import logits
from atrous.bundle import Bundle
from atrous.bundle.folder import load, write
from atrous.comparing import RUNS
from atrous.comparing.records import recorded, records
from atrous.comparing.terms import name_of
from atrous.config import Settings
from atrous.data.corpus import Corpus
from atrous.errors import NotFinite
from atrous.training.callbacks import Watch
from atrous.training.fit import learn
from atrous.training.tokens import Tokens

LOGITS, TAGS, MODEL = "test.npy", "tags.npz", "model"


@dataclass(frozen=True)
class Run:
    """What one run found, or why it failed.

    dev, test: the score there; None if it failed. curve: one entry an epoch, as `learn` gives it.
    """

    model: str
    rate: float
    seed: int
    dev: float | None = None
    test: float | None = None
    seconds: float | None = None
    curve: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None

    @property
    def name(self) -> str:
        """That of its folder.

        >>> Run("tcn", rate=0.008, seed=1).name
        'tcn-rate0.008-seed1'
        """
        return f"{self.model}-rate{self.rate:g}-seed{self.seed}"


def run(settings: Settings, corpus: Corpus, tokens: Tokens, *, folder: Path, device: str, watch: Watch | None) -> Run:
    """Train one model, at the rate and with the seed of the settings, and keep what came of it in the race's folder.

    A run that was cut off goes on from its last checkpoint.

    Raises KeyboardInterrupt for Ctrl-C: half a run is no entry in a race.
    """
    about = Run(name_of(settings), settings.train.rate or 0.0, settings.train.seed)
    work = folder / "work" / about.name
    work.mkdir(parents=True, exist_ok=True)
    try:
        bundle = learn(corpus, settings, work=work, device=device, watch=watch, tokens=tokens, resume=True)
    except NotFinite as error:
        found = Run(about.model, about.rate, about.seed, failure=str(error))
        _keep(found, folder)
    else:
        if bundle.scores["interrupted"]:
            raise KeyboardInterrupt
        score, scores = settings.predict.score, bundle.scores
        found = Run(
            about.model, about.rate, about.seed, dev=scores["dev"][score], test=scores["test"][score],
            seconds=scores["seconds"], curve=scores["curve"],
        )  # fmt: skip
        answers = logits(bundle.model, tokens.test).numpy()
        tags = decoded(bundle.model, answers, tokens.test.starts) if bundle.model.tags else None
        _keep(found, folder, bundle, answers, tags)
    shutil.rmtree(work)
    return found


def _keep(
    found: Run,
    folder: Path,
    bundle: Bundle | None = None,
    answers: NDArray[np.float32] | None = None,
    tags: Decoded | None = None,
) -> None:
    with recorded(folder / RUNS, found.name, asdict(found)) as fresh:
        if tags is not None:
            np.savez(fresh / TAGS, **tags._asdict())
        if answers is not None:
            np.save(fresh / LOGITS, answers)
        if bundle is not None:
            (fresh / MODEL).mkdir()
            write(bundle, fresh / MODEL)


def read_runs(folder: Path) -> list[Run]:
    """The runs that are finished; what a killed process was writing goes."""
    return [Run(**facts) for facts in records(folder / RUNS)]


def answers_of(run: Run, folder: Path) -> Any:
    """What a judge takes of a finished run: the logits of the test rows, (rows, labels), or the tags of a tagger."""
    path = folder / RUNS / run.name / TAGS
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            return Decoded(**kept)
    found: NDArray[np.float32] = np.load(folder / RUNS / run.name / LOGITS, allow_pickle=False)
    return found


def bundle_of(run: Run, folder: Path) -> Bundle:
    """The model of a finished run that was not forgotten."""
    return load(folder / RUNS / run.name / MODEL)


def forget_model(run: Run, folder: Path) -> None:
    """Take away the model of a run, of which the record and the logits stay."""
    shutil.rmtree(folder / RUNS / run.name / MODEL, ignore_errors=True)
