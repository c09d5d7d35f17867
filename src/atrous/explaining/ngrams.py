"""The n-grams that win: where in the rows of a file each filter is most active, and what stands there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.answering.chunks import evaluating
from atrous.data.batch import Examples
from atrous.data.progress import Progress
from atrous.errors import ConfigError, DataError
from atrous.explaining.filters import Speaks, need_filters, speaks_for, windows
from atrous.explaining.pieces import Places, places
from atrous.model import Model
from atrous.runtime.lengths import by_length
from atrous.runtime.reader import Reader, Row
from atrous.window import Window

ROWS = 5000  # that are read at most, where nobody says how many
STEPS = 4096  # of a row that are read
WHOLE = 8  # tokens: what sees no more is shown whole, and of what sees more the part that matters
SHARE = 0.9  # of what a filter found: the part that matters holds so much of it
_CANDIDATES = 32  # rows of which the part that matters is found, for each filter


@dataclass(frozen=True)
class Ngram:
    """What a filter was most active at: the text, its largest activation, and in how many rows it was the winner."""

    text: str
    activation: float
    rows: int


@dataclass(frozen=True)
class Filter:
    """One filter and its n-grams, the most active first.

    number: among the channels that the encoder gives to the pool. window: what it sees, in tokens.
    label, weight: what it speaks for and its weight in the head, None where there is no such weight.
    """

    number: int
    label: str | None
    weight: float | None
    window: Window
    ngrams: tuple[Ngram, ...]

    def to_json(self) -> dict[str, Any]:
        """As `--json` and a race's results.json have it."""
        return {
            "filter": self.number,
            "label": self.label,
            "weight": None if self.weight is None else round(self.weight, 4),
            "ngrams": [
                {"text": one.text, "activation": round(one.activation, 4), "rows": one.rows} for one in self.ngrams
            ],
        }


def winning_ngrams(
    model: Model,
    reader: Reader,
    labels: Sequence[str],
    rows: Sequence[Row],
    *,
    filters: int | Sequence[int] = 12,
    top: int = 5,
    quiet: bool = True,
) -> list[Filter]:
    """The n-grams at which the model's filters are most active over the rows.

    A filter is a channel that the encoder gives to the pool. Of each row that has a token there is one winner, the
    place where the filter is most active. A filter that sees eight tokens or fewer has its whole window shown; of one
    that sees more, the shortest run of tokens that holds 90 of 100 of its gradient x input, and then its rows are
    counted among the 32 where it is most active.

    filters: how many, those first that move the answers most (weight in the head x standard deviation of the maximum
        over the rows; where the head has no weight for it, the deviation alone); or their numbers.
    top: n-grams of each.
    rows: of each, 4,096 steps are read at most.

    Raises ValueError for fewer than one filter or n-gram, ConfigError for a model without filters (recurrent,
    attention) and for a number that no filter has, and DataError if no row has a token, or no filter is ever active.
    Source: Jacovi, Sar Shalom, Goldberg 2018, Understanding Convolutional Neural Networks for Text Classification,
    section 4, https://arxiv.org/abs/1809.08037 (n-gram detectors, without their threshold)
    """
    for name, number in (("top", top), ("filters", filters if isinstance(filters, int) else 1)):
        if number < 1:
            raise ValueError(f"winning n-grams need {name} >= 1, got {name}={number}")
    need_filters(model)
    seen = windows(model)
    if not isinstance(filters, int):
        check_filters(filters, len(seen))
    reader = replace(reader, max_steps=min(STEPS, reader.max_steps or STEPS))
    examples = Examples.of(reader, rows)
    full = np.flatnonzero(examples.lengths)
    if not len(full):
        raise DataError(
            "no row has a token: there is no n-gram that a filter could find; give texts that are not empty"
        )
    with evaluating(model):
        most, at = maxima(model, examples, quiet=quiet)
        if not active(most[full]).any():
            raise DataError(
                "no filter of this model is ever active, or all give the same whatever they read: the model is dead; "
                "train it again, with a smaller train.rate"
            )
        said = speaks_for(model)
        chosen = ranked(most[full], said)[:filters] if isinstance(filters, int) else list(filters)
        shown = _Shown(model, reader, examples, rows, seen)
        return [
            Filter(
                number,
                None if (speaks := said[number]) is None else labels[speaks.label],
                None if speaks is None else speaks.weight,
                seen[number],
                _top(
                    shown.texts(number, full[np.argsort(-most[full, number], kind="stable")], at), most[:, number], top
                ),
            )
            for number in chosen
        ]


def check_filters(numbers: Sequence[int], count: int) -> None:
    """Raise ConfigError for a number that none of so many filters has."""
    if wrong := [number for number in numbers if not 0 <= number < count]:
        raise ConfigError(f"there is no filter {wrong[0]}: this model has the filters 0 to {count - 1}")


@torch.inference_mode()
def maxima(model: Model, examples: Examples, *, quiet: bool = True) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Of each row and filter the largest activation and the encoder's step where it is, (rows, filters) both; zeros
    for a row of no steps."""
    device = next(model.parameters()).device
    most: NDArray[np.float32] | None = None
    done = 0
    with Progress(quiet=quiet, what="looking for n-grams", total=len(examples)) as progress:
        for rows, time in by_length(examples.lengths):
            batch, _ = examples.batch(rows, time=time)
            batch = batch.map(lambda part: part.to(device))
            y = model.encode(model.embed(batch), batch.mask)
            real = model.encode.after(batch.mask)
            found = torch.where(real[..., None], y, y.new_full((), -math.inf)).max(1)
            if most is None:
                most = np.zeros((len(examples), y.shape[2]), np.float32)
                at = np.zeros((len(examples), y.shape[2]), np.int64)
            most[rows] = torch.where(real.any(1, keepdim=True), found.values, y.new_zeros(())).float().cpu().numpy()
            at[rows] = found.indices.cpu().numpy()
            progress.show(done := done + len(rows))
    if most is None:
        raise ValueError("maxima needs a row, got none")
    return most, at


def active(most: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which filters are ever active, and not equally on all of several rows. most: (rows, filters)."""
    varies = np.ptp(most, 0) > 0 if len(most) > 1 else np.ones(most.shape[1], np.bool_)
    return np.asarray((most.max(0) > 0) & varies)


def ranked(most: NDArray[np.float32], said: Sequence[Speaks | None]) -> list[int]:
    """The filters that are ever active, those first that move the answers most. most: (rows, filters)."""
    weights = np.array([1.0 if one is None else one.weight for one in said])
    moves = most.std(0) * (np.where([one is None for one in said], 0.0, weights) if any(said) else weights)
    order = np.argsort(-np.where(active(most), moves, -1.0), kind="stable")
    return [int(number) for number in order if active(most)[number]]


class _Shown:
    """The texts that a filter was most active at."""

    def __init__(
        self, model: Model, reader: Reader, examples: Examples, rows: Sequence[Row], seen: Sequence[Window]
    ) -> None:
        self.model, self.examples, self.seen = model, examples, seen
        tokenisers = [one for one in (reader.tokeniser, reader.beside) if one is not None]
        self.lower = bool(tokenisers) and all(one.lower for one in tokenisers)

        @lru_cache(maxsize=ROWS)
        def standing(row: int) -> Places:
            return places(reader, rows[row])

        self.places = standing

    def texts(self, number: int, rows: NDArray[np.int64], at: NDArray[np.int64]) -> list[tuple[int, str]]:
        """Of each row, in their order, the text that the filter found in it, in small letters if it sees no others."""
        if self.seen[number].size > WHOLE:
            rows = rows[:_CANDIDATES]
            runs = [*map(run, influence(self.model, self.examples, number, rows, at))]
        else:
            runs = [around(self.seen[number], int(at[row, number])) for row in rows]
        shown = [self.places(int(row)).shown(first, last) for row, (first, last) in zip(rows, runs, strict=True)]
        return [(int(row), text.lower() if self.lower else text) for row, text in zip(rows, shown, strict=True)]


def _top(texts: list[tuple[int, str]], most: NDArray[np.float32], top: int) -> tuple[Ngram, ...]:
    """The distinct texts, in their order, as n-grams. most: of each row the largest activation."""
    found: dict[str, Ngram] = {}
    for row, text in texts:
        before = found.get(text, Ngram(text, float(most[row]), 0))
        found[text] = Ngram(text, before.activation, before.rows + 1)
    return tuple(one for one in list(found.values())[:top] if one.activation > 0)


def around(window: Window, step: int) -> tuple[int, int]:
    """The tokens that an encoder's step sees: the first, and the one after the last.

    >>> around(Window(left=2, right=1), 5), around(Window(left=3, right=0, stride=2), 4)
    ((3, 7), (5, 9))
    """
    return math.ceil(step * window.stride - window.left), math.floor(step * window.stride + window.right) + 1


def influence(
    model: Model, examples: Examples, number: int, rows: NDArray[np.int64], at: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Of each row the size of gradient x input of the filter's largest activation, (steps,)."""
    device = next(model.parameters()).device
    found = []
    for start in range(0, len(rows), 8):
        some = rows[start : start + 8]
        batch, _ = examples.batch(some)
        batch = batch.map(lambda part: part.to(device))
        with torch.enable_grad():
            x = model.embed(batch).detach().requires_grad_()
            y = model.encode(x, batch.mask)
            picked = y[torch.arange(len(some)), torch.from_numpy(at[some, number]), number]
            (gradient,) = torch.autograd.grad(picked.sum(), x)
        sizes: Tensor = (gradient * x).detach().sum(-1).abs().double().cpu()
        found += [one[:length].numpy() for one, length in zip(sizes, batch.lengths.tolist(), strict=True)]
    return found


def run(sizes: NDArray[np.float64], share: float = SHARE) -> tuple[int, int]:
    """The shortest run of steps that holds so much of the whole: the first, and the one after the last.

    >>> run(np.array([0.0, 5.0, 0.0, 4.0, 0.1]))
    (1, 4)
    """
    total = np.concatenate([[0.0], sizes.cumsum()])
    best = (0, len(sizes))
    end = 0
    for start in range(len(sizes)):
        end = max(end, start + 1)
        while end < len(sizes) and total[end] - total[start] < share * total[-1]:
            end += 1
        if total[end] - total[start] >= share * total[-1] and end - start < best[1] - best[0]:
            best = (start, end)
    return best
