"""One run of one window, and what is kept of it: a folder of its own, there whole or not at all."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float
from torch import Tensor

from atrous.answering.predict import logits
from atrous.comparing.differences import Counts
from atrous.comparing.judging import judge_of, judged_by
from atrous.comparing.records import recorded, records
from atrous.config import Settings
from atrous.context import RUNS
from atrous.context.terms import at
from atrous.data.corpus import Corpus
from atrous.errors import NotFinite
from atrous.instruments.beginning import drawn
from atrous.training.callbacks import Watch
from atrous.training.fit import learn
from atrous.training.tokens import Tokens

COUNTS = "counts.npy"
_SAME = 1e-6  # by which answers may differ that are all the same


@dataclass(frozen=True)
class Run:
    """What one run found, or why it failed. dev, test: the score there; None if it failed."""

    window: int
    seed: int
    dev: float | None = None
    test: float | None = None
    epochs: int | None = None
    seconds: float | None = None
    failure: str | None = None

    @property
    def name(self) -> str:
        """That of its folder.

        >>> Run(15, seed=1).name
        'window15-seed1'
        """
        return f"window{self.window}-seed{self.seed}"


def run(
    settings: Settings, corpus: Corpus, tokens: Tokens, about: Run, *, folder: Path, device: str, watch: Watch | None
) -> Run:
    """Train the cheap model with this window and seed, and keep how it answered the test rows.

    A run that was cut off goes on from its last checkpoint. A score of 1 on dev ends it: nothing better can come.

    Raises KeyboardInterrupt for Ctrl-C.
    """
    chosen, work = at(settings, about.window, about.seed), folder / "work" / about.name
    work.mkdir(parents=True, exist_ok=True)
    counts: Counts | None = None
    try:
        bundle = learn(corpus, chosen, work=work, device=device, watch=watch, tokens=tokens, resume=True, enough=1.0)
        if bundle.scores["interrupted"]:
            raise KeyboardInterrupt
        answers = logits(bundle.model, tokens.test)
        if is_constant(answers) and not is_constant(_before(chosen, tokens, corpus.labels)):
            raise NotFinite("a dead network: it gives every row the same answer, and did not before it was trained")
        score = chosen.predict.score
        found = Run(
            about.window, about.seed, bundle.scores["dev"][score], bundle.scores["test"][score],
            bundle.scores["epochs"], bundle.scores["seconds"],
        )  # fmt: skip
        judge = judge_of(chosen, corpus.targets.judged, tokens.test)
        counts = judge.counts(judged_by(bundle, answers.numpy(), tokens.test))
    except NotFinite as error:
        found = Run(about.window, about.seed, failure=str(error))
    _keep(found, counts, folder)
    shutil.rmtree(work)
    return found


def is_constant(answers: Float[Tensor, "rows labels"]) -> bool:
    """Whether all rows, of several, have the same answer.

    >>> import torch
    >>> is_constant(torch.tensor([[1.0, 2.0], [1.0, 2.0]])), is_constant(torch.tensor([[1.0, 2.0], [1.0, 3.0]]))
    (True, False)
    """
    return len(answers) > 1 and float((answers.amax(0) - answers.amin(0)).max()) <= _SAME


def _before(settings: Settings, tokens: Tokens, labels: tuple[str, ...]) -> Tensor:
    """The answers of the same model before it has learnt anything."""
    return logits(drawn(settings, tokens.reader, labels).model, tokens.test)


def _keep(found: Run, counts: Counts | None, folder: Path) -> None:
    with recorded(folder / RUNS, found.name, asdict(found)) as fresh:
        if counts is not None:
            np.save(fresh / COUNTS, counts)


def read_runs(folder: Path) -> list[Run]:
    """The runs that are finished; what a killed process was writing goes."""
    return [Run(**facts) for facts in records(folder / RUNS)]


def counts_of(run: Run, folder: Path) -> Counts:
    """What each test row adds to the score of a run that did not fail: (rows,), or (rows, 2) of an F1 or of tags."""
    found: Counts = np.load(folder / RUNS / run.name / COUNTS, allow_pickle=False)
    return found
