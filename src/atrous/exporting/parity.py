"""The ways of reading the same rows, and by how much each differs from reading every row alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from atrous.contract import Batch, State
from atrous.data.batch import Examples
from atrous.errors import AtrousError
from atrous.layers import fold
from atrous.model import Model
from atrous.runtime.graph import DECIDED, LENGTHS, Exported

ROUNDING, EXPORT_ROUNDING = 1e-5, 1e-4  # of single precision, as shares of the largest logit, or of 1
EXPORTED = ("exported", "exported, streamed")
ROWS = (1, 2, 5, 16)  # that are read together
STEPS = 2**16  # of a padded batch, at most
GRAINS = (1, 1, 2, 3, 5, 8, 21, 64)  # of a chunk

Step = Callable[[Batch, Tensor, State], tuple[Tensor, State]]
Decided = Callable[[State], Tensor]  # of a tagger: which of a chunk's steps are real, (batch, time)
Found = dict[str, Tensor]  # by the name of a way, what it gave


class Reading(NamedTuple):
    """How one way of reading compares with reading every row alone.

    difference: the largest one between two logits; NaN where a logit is no number. tolerance: the largest that passes.
    refused: why the model cannot be read this way, else "". expected: whether its kind of model always refuses it.
    """

    way: str
    difference: float | None
    tolerance: float | None
    refused: str = ""
    expected: bool = False

    @property
    def passed(self) -> bool:
        """Whether the numbers agree, or nobody expects the model to be read this way."""
        if self.difference is None or self.tolerance is None:
            return self.expected
        return self.difference <= self.tolerance  # NaN is not

    @property
    def verdict(self) -> str:
        """In words, for tables."""
        if self.refused:
            return f"refused: {self.refused}"
        return "agrees" if self.passed else "DIFFERS"

    def to_json(self) -> dict[str, Any]:
        """Numbers and words for a JSON file; a difference that is no number is null."""
        known = self.difference is not None and np.isfinite(self.difference)
        verdict = "refused" if self.refused else "agrees" if self.passed else "differs"
        found = {"difference": self.difference if known else None, "tolerance": self.tolerance, "verdict": verdict}
        return {**found, "reason": self.refused, "expected": self.expected} if self.refused else found


def compare(
    way: str,
    read: Callable[[], Tensor],
    reference: Tensor,
    *,
    rounding: float = ROUNDING,
    may_refuse: bool = False,
    kept: Found | None = None,
) -> Reading:
    """What a way of reading gives, (rows, labels), held against the reference; of a tagger (steps of all rows, labels).

    kept: where it is put, too.
    rounding: the tolerance, as a share of the largest logit, or of 1 if that is smaller.
    may_refuse: whether this kind of model cannot be read this way.

    >>> compare("padded", lambda: torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 4.0]]))
    Reading(way='padded', difference=2.0, tolerance=4e-05, refused='', expected=False)
    """
    try:
        found = read()
    except AtrousError as error:
        return Reading(way, None, None, str(error), may_refuse)
    if kept is not None:
        kept[way] = found
    if found.shape != reference.shape:  # a tagger that answers too few steps, say
        return Reading(way, float("nan"), rounding * scale_of(reference))
    difference = (found - reference).abs().max().item() if reference.numel() else 0.0
    return Reading(way, difference, rounding * scale_of(reference))


def scale_of(logits: Tensor) -> float:
    """The largest logit, or 1 if that is smaller."""
    return max(1.0, logits.abs().max().item()) if logits.numel() else 1.0


def ready(model: Model) -> Model:
    """A copy of the model at evaluation, on the CPU, weight norm folded away: in the model itself too, as by saving."""
    # In this order: a copy with weight norm shares a class with its model, from which folding takes the weight away.
    fold(model)
    return copy.deepcopy(model).cpu().eval()


@torch.inference_mode()
def alone(model: Model, rows: Examples, *, backwards: bool = False) -> Tensor:
    """The logits of every row by itself, no padding: what the other ways are held against.

    Of a tagger, here and below, those of all steps of the first row, then of the second.
    backwards: the last row first, which only a model that remembers earlier rows, or draws lots, can tell.
    """
    order = range(len(rows))[:: -1 if backwards else 1]
    found = [_of_rows(model(batch), batch)[0] for batch in (rows.batch([place])[0] for place in order)]
    return torch.cat(found[:: -1 if backwards else 1])


@torch.inference_mode()
def padded(model: Model, rows: Examples, random: Random) -> Tensor:
    """The logits of every row by itself, with up to 40 steps of other tokens where padding stands."""
    found = []
    for place, length in enumerate(rows.lengths.tolist()):
        batch = rows.batch([place], time=length + random.randint(1, 40))[0]
        others = torch.arange(batch.time) % max(1, length)
        batch = batch._replace(**{name: part[:, others] for name, part in batch.fields.items()})
        found += _of_rows(model(batch), batch)
    return torch.cat(found)


@torch.inference_mode()
def batched(answer: Callable[[Batch], Tensor], rows: Examples, random: Random) -> Tensor:
    """The logits of every row among others, padded to the longest of them."""
    found: dict[int, Tensor] = {}
    for places in _groups(rows, random):
        batch, _ = rows.batch(places)
        found |= zip(places, _of_rows(answer(batch), batch), strict=True)
    return torch.cat([found[place] for place in range(len(rows))])


@torch.inference_mode()
def streamed(
    start: Callable[[int], State],
    step: Step,
    rows: Examples,
    random: Random,
    *,
    grain: int,
    flush: int,
    decided: Decided | None = None,
) -> Tensor:
    """The logits of every row among others, read in chunks of random length and then flushed.

    decided: of a tagger, what of the state says which steps of a chunk are real.
    """
    found: dict[int, list[Tensor]] = {}
    for places in _groups(rows, random):
        end = int(rows.lengths[places].max()) + flush
        batch = rows.batch(places, time=end + max(GRAINS) * grain)[0]
        state, at, mask = start(len(places)), 0, batch.mask
        found |= {place: [] for place in places}
        while at < end or not at:
            now = slice(at, at + grain * random.choice(GRAINS))
            logits, state = step(batch.cut(now), mask[:, now], state)
            real = None if decided is None else decided(state)
            for row, place in enumerate(places):
                found[place] = [logits[row : row + 1]] if real is None else [*found[place], logits[row][real[row]]]
            at = now.stop
    return torch.cat([part for place in range(len(rows)) for part in found[place]])


def decided_by(model: Model) -> Decided | None:
    """What of a tagger's state says which steps of the last chunk are real; None for a model that is none."""
    return (lambda state: state[-1][1]) if model.tags else None


def exported(
    model: Model,
    graph: Exported,
    rows: Examples,
    random: Random,
    reference: Tensor,
    *,
    may_refuse: bool,
    kept: Found | None = None,
) -> Iterator[Reading]:
    """The two ways of reading with an export of the model: whole rows, and rows in chunks. kept: as for `compare`."""
    whole, chunks = EXPORTED
    yield compare(
        whole, lambda: batched(answer_of(graph), rows, random), reference, rounding=EXPORT_ROUNDING, kept=kept
    )
    decided = (lambda state: torch.from_numpy(state[DECIDED])) if model.tags else None
    yield compare(
        chunks,
        lambda: streamed(
            graph.start, step_of(graph), rows, random, grain=model.grain, flush=model.flush, decided=decided
        ),
        reference,
        rounding=EXPORT_ROUNDING,
        may_refuse=may_refuse,
        kept=kept,
    )


def answer_of(graph: Exported) -> Callable[[Batch], Tensor]:
    """The exported graph of whole rows as a function of a batch."""
    return lambda batch: torch.from_numpy(graph.logits({**_arrays(batch), LENGTHS: batch.lengths.numpy()}))


def step_of(graph: Exported) -> Step:
    """The exported graph of one chunk as a function like `Model.step`."""

    def step(batch: Batch, mask: Tensor, state: State) -> tuple[Tensor, State]:
        logits, state = graph.step(_arrays(batch), mask.numpy(), state)
        return torch.from_numpy(logits), state

    return step


def _arrays(batch: Batch) -> dict[str, Any]:
    return {name: part.contiguous().numpy() for name, part in batch.fields.items()}


def _of_rows(logits: Tensor, batch: Batch) -> list[Tensor]:
    """The logits of each row of a batch: one, or as many as it has steps."""
    if logits.dim() == 2:
        return [logits[row : row + 1] for row in range(len(logits))]
    return [own[:length] for own, length in zip(logits, batch.lengths.tolist(), strict=True)]


def _groups(rows: Examples, random: Random) -> Iterator[list[int]]:
    """Every row once, in groups of several sizes: fewer where the longest of them is very long."""
    order = random.sample(range(len(rows)), len(rows))
    while order:
        count = random.choice(ROWS)
        while count > 1 and count * int(rows.lengths[order[:count]].max()) > STEPS:
            count //= 2
        yield order[:count]
        order = order[count:]
