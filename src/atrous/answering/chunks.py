"""Rows of any length: read chunk by chunk in bounded memory, or refused where a model must see them whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor

from atrous.contract import Batch
from atrous.model import Model
from atrous.runtime.lengths import CHUNK, check_longest

MOST_STEPS = 2**20  # of a row that is read whole: some kilobytes a step
MOST_OPERATIONS = 10**13  # for a row that is read whole: some minutes on one core


@contextmanager
def evaluating(model: Model) -> Iterator[None]:
    """The model at evaluation while the block runs; its own mode is put back."""
    training = model.training
    if training:
        model.eval()
    try:
        yield
    finally:
        if training:
            model.train()


@torch.inference_mode()
def read_in_chunks(model: Model, batch: Batch, *, chunk: int = CHUNK) -> Float[Tensor, "batch *time labels"]:
    """What `model(batch)` gives, read chunk by chunk: memory does not grow with the length of the rows.

    chunk: steps that are read at once, rounded down to the model's grain; at least one grain.

    Raises NotStreamable if the model must see its rows whole.

    >>> from atrous.attend import Max
    >>> from atrous.embed import Tokens
    >>> from atrous.encode import residual
    >>> from atrous.predict import Classes
    >>> model = Model(Tokens(50, 8), residual(8, channels=16, depth=3), Max(16), Classes(16, 2)).eval()
    >>> batch = Batch(torch.randint(2, 50, (1, 1000)), torch.tensor([1000]))
    >>> torch.testing.assert_close(read_in_chunks(model, batch, chunk=64), model(batch))
    """
    return model.predict(vectors_in_chunks(model, batch, chunk=chunk))


@torch.inference_mode()
def vectors_in_chunks(model: Model, batch: Batch, *, chunk: int = CHUNK) -> Float[Tensor, "batch *time channels"]:
    """What `model.vectors(batch)` gives, read chunk by chunk as `read_in_chunks` does.

    Raises NotStreamable if the model must see its rows whole.
    """
    grains = max(1, math.ceil(batch.time / model.grain))
    steps = grains * model.grain + model.flush
    size = max(1, chunk // model.grain) * model.grain
    state = model.start(len(batch.lengths))
    found: list[Tensor] = []  # of a tagger, what each chunk decided
    for start in range(0, steps, size):
        piece = _padded(batch.cut(slice(start, start + size)), min(size, steps - start))
        places = torch.arange(start, start + piece.time, device=batch.lengths.device)
        state = model.advance(piece, places < batch.lengths[:, None], state)
        if model.tags:
            found.append(model.attend.read(state[-1]))
    if not model.tags:
        return model.attend.read(state[-1])
    delay = model.delay  # the steps before the first one
    return torch.cat(found, 1)[:, delay : delay + batch.time]


def _padded(batch: Batch, steps: int) -> Batch:
    """The batch with zeros after its last step, so that it has so many steps."""
    missing = steps - batch.time
    fields = {
        name: torch.cat([part, part.new_zeros(part.shape[0], missing, *part.shape[2:])], 1)
        for name, part in batch.fields.items()
    }
    return batch._replace(**fields) if missing else batch


def longest(model: Model) -> int | None:
    """The most steps of a row that the model answers; None for a model that reads in chunks: rows of any length.

    A model that must see its row whole takes as many as fit a few gigabytes and a few minutes (`MOST_STEPS`,
    `MOST_OPERATIONS`). For attention, whose operations grow with the square, the minutes come first.
    """
    if model.streams:
        return None
    low, high = 1, MOST_STEPS  # the answer is in low ... high
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if model.cost.flops(middle) <= MOST_OPERATIONS else (low, middle - 1)
    return low


def check_length(model: Model, steps: int) -> None:
    """Refuse a row that the model would take terabytes or hours for. Raises DataError, saying what to do instead."""
    if not model.streams and (steps > MOST_STEPS or model.cost.flops(steps) > MOST_OPERATIONS):
        check_longest(steps, longest(model))  # the limit itself takes a search, and is only needed to be said
