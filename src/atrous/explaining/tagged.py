"""One token or one span of a tagged text: which tokens moved its tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from atrous.answering.chunks import evaluating
from atrous.answering.decoded import decoded
from atrous.answering.predict import logits
from atrous.data.progress import Progress
from atrous.draw.explanation import Explanation
from atrous.errors import ConfigError, suggestion
from atrous.explaining.begun import Asked, begin, need_moved, piece
from atrous.explaining.chances import tags_log_odds
from atrous.explaining.explain import label_of
from atrous.explaining.gradient import Gradients
from atrous.explaining.occlusion import Floats, examples_of, together
from atrous.explaining.pieces import Part, Places
from atrous.model import Model
from atrous.runtime.readable import Readable
from atrous.runtime.reader import Reader, Row
from atrous.runtime.schemes import spans_of

STRANGE = "\N{REPLACEMENT CHARACTER}"  # stands for a token that is left out: one that no model knows
_BATCH = 16


@dataclass(frozen=True)
class Wanted:
    """What is to be explained of a tagged text: one token, or one span.

    token: its number, from 1. label: the tag whose log-odds are explained there; None for the one it got.
    span: the label of a span; "" for any. Without a token it is the most probable span, and where there is none the
    token whose tag is least certain.
    """

    token: int | None = None
    span: str | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        if self.token is not None and self.span is not None:
            raise ConfigError("--token and --span: explained is one token or one span; leave one of the two out")
        if self.label is not None and self.token is None:
            raise ConfigError(f"--label {self.label}: of a tagger it goes with --token N; --span LABEL chooses a span")


class _Target(NamedTuple):
    """Steps start, start + 1, ... and the tags that are explained; what they, and the answer, are called."""

    start: int
    tags: list[int]
    label: str
    answer: str

    def odds(self, model: Model, answers: Tensor) -> Tensor:
        return tags_log_odds(model.predict, answers, self.start, self.tags)


def explain_tags(
    model: Model,
    reader: Reader,
    readable: Readable,
    row: Row,
    *,
    wanted: Wanted = Wanted(),
    method: Asked = "both",
    words: bool = False,
    quiet: bool = True,
) -> Explanation:
    """Which tokens of a text moved the tags of one of its tokens or spans, as `atrous.explaining.explain.explain` says.

    Explained are the log-odds of the tags: that a token has its tag, or that a span's tokens have theirs. Gradient x
    input is as for a text with one answer. For occlusion a token is not taken out, so that all others keep their
    places: it becomes one that the model does not know. So the explained token itself has a score, too.

    Raises ConfigError for a token, a span or a tag that there is not; otherwise what `explain` raises.
    """
    begun = begin(model, reader, row, method=method, words=words)
    found, pieces = begun.found, begun.pieces
    slopes: Gradients | None = None
    losses: Floats | None = None
    whole = 0.0
    with evaluating(model):
        answered = logits(model, begun.examples)
        target = _target(model, readable, answered, wanted)
        odds = float(target.odds(model, answered[None]))
        if method != "occlusion":
            slopes = begun.slopes(model, partial(target.odds, model))
        if method != "gradient":
            losses, whole = _occlusions(model, reader, row, pieces, target, odds, quiet=quiet)
    need_moved(target.label, method, slopes, losses, whole, odds)
    return Explanation(
        texts=found.texts,
        pieces=tuple(piece(part, place, slopes, losses) for place, part in enumerate(pieces)),
        label=target.label,
        probability=round(float(torch.tensor(odds, dtype=torch.float64).sigmoid()), 6),
        answer=target.answer,
        log_odds=odds,
        nothing=None if slopes is None else slopes.nothing,
        together=1 if losses is None else together(len(pieces), begun.steps),
        unread=found.unread,
        of=_characters(found, target),
    )


def _target(model: Model, readable: Readable, answers: Tensor, wanted: Wanted) -> _Target:
    """What is explained. Raises ConfigError for what the text does not have."""
    steps = len(answers)
    given = decoded(model, answers.float().numpy(), np.array([0, steps]))
    names = [readable.labels[place] for place in given.tags.tolist()]

    def at(token: int) -> _Target:
        tag = label_of(readable, wanted.label, int(given.tags[token]))
        return _Target(token, [tag], readable.labels[tag], names[token])

    if wanted.token is not None:
        if not 1 <= wanted.token <= steps:
            raise ConfigError(f"--token {wanted.token}: the text has {steps:,} tokens, counted from 1")
        return at(wanted.token - 1)
    spans = [one for one in spans_of(names, readable.scheme) if wanted.span in (None, "", one.label)]
    if not spans and wanted.span:
        there = sorted({one.label for one in spans_of(names, readable.scheme)})
        said = f"those it finds are {', '.join(there)}" if there else "it finds none at all"
        guess = suggestion(wanted.span, there)
        raise ConfigError(f"--span {wanted.span}: the model finds no such span in the text{guess}; {said}")
    if not spans and wanted.span is not None:
        raise ConfigError("--span: the model finds no span in the text; name a token with --token N")
    if not spans:
        return at(int(given.sure.argmin()))
    targets = [_Target(start, given.tags[start:end].tolist(), label, label) for start, end, label in spans]
    return max(targets, key=lambda one: float(one.odds(model, answers[None])))


def _occlusions(
    model: Model, reader: Reader, row: Row, pieces: Sequence[Part], target: _Target, odds: float, *, quiet: bool
) -> tuple[Floats, float]:
    """By how much the log-odds fall when the tokens of each piece become strange ones, and when all do."""
    tokens = reader.cut(row)[1]
    size = together(len(pieces), len(tokens))
    runs = [pieces[start : start + size] for start in range(0, len(pieces), size)]
    found: list[float] = []
    with Progress(quiet=quiet, what="leaving out", total=len(runs) + 1) as progress:
        for start in range(0, len(runs) + 1, _BATCH):
            some = [pieces, *runs][start : start + _BATCH]
            rows = examples_of([reader(_without(tokens, run)) for run in some])
            answers = logits(model, rows)
            answers = answers.reshape(len(some), -1, answers.shape[1])
            found += target.odds(model, answers).tolist()
            progress.show(len(found))
    nothing, *rest = found
    return np.array([odds - one for one, run in zip(rest, runs, strict=True) for _ in run]), odds - nothing


def _without(tokens: Sequence[str], pieces: Sequence[Part]) -> tuple[str, ...]:
    gone = {step for piece in pieces for step in piece.steps["ids"]}
    return tuple(STRANGE if step in gone else token for step, token in enumerate(tokens))


def _characters(found: Places, target: _Target) -> tuple[int, int]:
    """Where the explained token or span stands in the text."""
    _, spans = found.fields["ids"]
    return spans[target.start][0], spans[target.start + len(target.tags) - 1][1]
