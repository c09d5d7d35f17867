"""Texts in, logits or vectors out, in batches of like length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.answering.chunks import check_length, evaluating, read_in_chunks, vectors_in_chunks
from atrous.answering.compiled import compiled_of
from atrous.answering.spread import spread
from atrous.answering.tabled import Tables
from atrous.contract import Batch
from atrous.data.batch import Examples
from atrous.errors import ConfigError
from atrous.model import Model
from atrous.runtime.lengths import LONG, by_length

Read = Callable[[Model, Batch], Tensor]  # a padded batch to as many rows of numbers


def logits(model: Model, examples: Examples, tables: Tables | None = None) -> Tensor:
    """The logits of every row, (rows, labels), in the rows' order, on the CPU. The model's mode is put back.

    Those of a tagger are (steps, labels): of all steps of the first row, then of the second, as in `examples.starts`.

    Long rows are read chunk by chunk if the model streams: memory does not grow with their length.

    tables: of that model; where there are some, rows are looked up in them, which gives the same numbers sooner.
    A model that is to be compiled (`set_compiled`) is, when its first rows come.

    >>> from atrous.config import load
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> from atrous.tasks.classify import build
    >>> reader = Reader(Tokeniser("bytes", False, ()))
    >>> model = build(load(encode="ngram"), sizes=reader.sizes, labels=tuple("abc"))
    >>> logits(model, Examples.of(reader, ["one", "", "three"])).shape
    torch.Size([3, 3])

    Raises DataError for a row that is too long for a model that must see it whole.
    """
    if tables is not None:
        return tables.logits(examples.arrays["ids"], examples.starts)
    whole = compiled_of(model) or Model.__call__
    found = _of_every_row(model, examples, whole=whole, in_chunks=read_in_chunks)
    return found if found is not None else torch.empty(0, 0)


def vectors(model: Model, examples: Examples, tables: Tables | None = None) -> Tensor:
    """The vector of every row, (rows, channels): what attend makes of it, before predict. Otherwise as `logits`.

    A tagger has one for every step.

    A row with no step has the vector that the pool gives it: zeros.
    """
    if tables is not None:
        return torch.from_numpy(tables.vectors(examples.arrays["ids"], examples.starts))
    found = _of_every_row(model, examples, whole=Model.vectors, in_chunks=vectors_in_chunks)
    return found if found is not None else torch.empty(0, model.attend.outputs)


@torch.inference_mode()
def _of_every_row(model: Model, examples: Examples, *, whole: Read, in_chunks: Read) -> Tensor | None:
    """What `whole` reads of every row, or `in_chunks` of a long one; None if there is no row."""
    check_length(model, int(examples.lengths.max(initial=0)))
    device = next(model.parameters()).device
    batches = by_length(examples.lengths)

    def answered(one: tuple[NDArray[np.int64], int]) -> Tensor:
        rows, time = one
        batch, _ = examples.batch(rows, time=time)
        read = in_chunks if model.streams and time > LONG else whole
        return read(model, batch.map(lambda part: part.to(device))).cpu()

    with evaluating(model):
        if device.type == "cpu" and compiled_of(model) is None:
            answers = spread(answered, batches, operations=lambda one: len(one[0]) * model.cost.flops(one[1]))
        else:
            answers = [answered(one) for one in batches]
    if not answers:
        return None
    found = answers[0].new_empty(int(examples.starts[-1]) if model.tags else len(examples), answers[0].shape[-1])
    for (rows, _), answer in zip(batches, answers, strict=True):
        if not model.tags:
            found[torch.from_numpy(rows)] = answer
            continue
        for row, steps in zip(rows, answer, strict=True):
            start, end = examples.starts[row], examples.starts[row + 1]
            found[start:end] = steps[: end - start]
    return found


def accelerator(device: str) -> str:
    """The device of a name, for torch and for Lightning; raises ConfigError for one that is not there."""
    if device not in ("auto", "cpu", "cuda"):
        raise ConfigError(f"--device {device}: expected auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda: torch sees no CUDA device here; use --device cpu, or install torch with CUDA")
    return "cpu" if device == "auto" and not torch.cuda.is_available() else {"auto": "cuda"}.get(device, device)
