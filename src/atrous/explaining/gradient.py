"""Gradient x input: what a label's log-odds would lose, to first order, if a step's vector were zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from atrous.contract import Batch, Embed
from atrous.explaining.watched import watched
from atrous.model import Model

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gradients:
    """Of each field of a batch gradient x input, (steps, channels), the log-odds of the row, and those of zeros.

    flat: whether every gradient is exactly zero.
    """

    fields: dict[str, Floats]
    log_odds: float
    nothing: float
    flat: bool


def gradients(model: Model, batch: Batch, odds: Callable[[Tensor], Tensor]) -> Gradients:
    """Gradient x input of every step of one row, at evaluation; nothing of the model is changed.

    odds: what is explained, from the logits that the model gives the batch to one number a row.

    The vectors are those of the embedding's parts, before a code of their place is put on top. What the vector of a
    hashed pair gives, its two tokens share equally.

    Source: Shrikumar, Greenside, Shcherbina, Kundaje 2016, Not Just a Black Box, section 2,
    https://arxiv.org/abs/1605.01713; the gradient: Simonyan, Vedaldi, Zisserman 2014, Deep Inside Convolutional
    Networks, section 3, https://arxiv.org/abs/1312.6034
    """
    embed, parts = watched(model.embed)
    # cuDNN's recurrences give no gradient at evaluation; torch's own kernels do.
    with torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
        found = _log_odds(model, embed, batch, odds)
        vectors = [(part, x) for part in parts for x in (part.given, part.pairs) if x is not None]
        slopes = torch.autograd.grad(found, [x for _, x in vectors], allow_unused=True)
    fields: dict[str, Floats] = {}
    flat = True
    for (part, x), slope in zip(vectors, slopes, strict=True):
        if slope is not None:
            products: Floats = (slope * x).detach()[0].double().cpu().numpy()
            products = products if part.field == "values" else products.sum(1, keepdims=True)
            fields[part.field] = fields.get(part.field, 0.0) + (_shared(products) if x is part.pairs else products)
            flat = flat and not slope.any()
    with torch.no_grad():
        nothing = _log_odds(model, watched(model.embed, nothing=True)[0], batch, odds)
    return Gradients(fields, found.item(), nothing.item(), flat)


def _shared(pairs: Floats) -> Floats:
    """Half of each pair for its second step, half for its first; the first step of a row is a pair by itself."""
    halves = pairs / 2
    shared = halves.copy()
    shared[:-1] += halves[1:]
    shared[:1] += halves[:1]
    return shared


def _log_odds(model: Model, embed: Embed, batch: Batch, odds: Callable[[Tensor], Tensor]) -> Tensor:
    mask = batch.mask
    x = model.encode(embed(batch), mask)
    logits = model.predict(model.attend(x, model.encode.after(mask)))
    return odds(logits)[0]
