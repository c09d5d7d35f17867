"""Texts in, logits out, in batches of like length."""

from __future__ import annotations

import torch
from torch import Tensor

from atrous.answering.chunks import check_length, evaluating, read_in_chunks
from atrous.data.batch import Examples
from atrous.errors import ConfigError
from atrous.model import Model
from atrous.runtime.lengths import LONG, by_length


@torch.inference_mode()
def logits(model: Model, examples: Examples) -> Tensor:
    """The logits of every row, (rows, labels), in the rows' order, on the CPU. The model's mode is put back.

    Long rows are read chunk by chunk if the model streams: memory does not grow with their length.

    >>> from atrous.config import load
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> from atrous.tasks.classify import build
    >>> reader = Reader(Tokeniser("bytes", False, ()))
    >>> model = build(load(encode="ngram"), sizes=reader.sizes, labels=3)
    >>> logits(model, Examples.of(reader, ["one", "", "three"])).shape
    torch.Size([3, 3])

    Raises DataError for a row that is too long for a model that must see it whole.
    """
    check_length(model, int(examples.lengths.max(initial=0)))
    device = next(model.parameters()).device
    found: Tensor | None = None
    with evaluating(model):
        for rows, time in by_length(examples.lengths):
            batch, _ = examples.batch(rows, time=time)
            read = read_in_chunks if model.streams and time > LONG else Model.__call__
            answer = read(model, batch.map(lambda part: part.to(device))).cpu()
            if found is None:
                found = answer.new_empty(len(examples), answer.shape[1])
            found[torch.from_numpy(rows)] = answer
    return found if found is not None else torch.empty(0, 0)


def accelerator(device: str) -> str:
    """The device of a name, for torch and for Lightning; raises ConfigError for one that is not there."""
    if device not in ("auto", "cpu", "cuda"):
        raise ConfigError(f"--device {device}: expected auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda: torch sees no CUDA device here; use --device cpu, or install torch with CUDA")
    return "cpu" if device == "auto" and not torch.cuda.is_available() else {"auto": "cuda"}.get(device, device)
