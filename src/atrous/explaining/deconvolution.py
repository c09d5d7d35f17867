"""Deconvolution: a filter's activation projected back to the vectors that the encoder read."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from atrous.answering.chunks import check_length, evaluating
from atrous.contract import Batch, Embed, Layer
from atrous.data.batch import Examples
from atrous.draw.projection import Projected, Projection
from atrous.embed import Multichannel, Placed, Pretrained, Tokens
from atrous.errors import ConfigError, DataError
from atrous.explaining.filters import speaks_for
from atrous.explaining.ngrams import check_filters, maxima, ranked
from atrous.explaining.pieces import Part, parts, places
from atrous.layers import (
    Channels,
    Conv,
    ConvTranspose,
    Dropout,
    Extend,
    Folding,
    Interpolate,
    Parallel,
    Pointwise,
    Pooling,
    Repeated,
    Residual,
    Restored,
    SpatialDropout,
    Stack,
)
from atrous.model import Model
from atrous.runtime import bpe
from atrous.runtime.reader import Reader, Row
from atrous.runtime.tokeniser import FIRST, Tokeniser

NEAREST = 3
_TRANSPOSED = (
    *(Channels, Conv, ConvTranspose, Dropout, Extend, Folding, Interpolate, Parallel, Pooling, Repeated, Residual),
    *(Restored, SpatialDropout, Stack),
)
_WHY = {
    "LayerNorm": "it divides each step by what it found there",
    "Gate": "a gate multiplies two of its inputs",
    "Carry": "a gate multiplies two of its inputs",
}
_ANYTHING = "it is no convolution, and a step may see all of a row"
_NONE = (
    "no filter is active anywhere here: the model is dead (train it again, with a smaller train.rate), or it knows "
    "nothing of what stands here"
)


class _Rectified(torch.autograd.Function):
    """A rectifier whose way back rectifies, too: what arrives passes where it is above 0, whatever came in before."""

    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        return x.relu()

    @staticmethod
    def backward(_: Any, *slopes: Tensor) -> Tensor:
        return slopes[0].relu()


def _rectified(x: Tensor) -> Tensor:
    y: Tensor = _Rectified.apply(x)  # type: ignore[no-untyped-call]
    return y


def backwards(encode: Layer) -> Layer:
    """A copy of the encoder whose gradient is the deconvolutional network: what is convolved comes back through the
    transposed filters, a maximum goes back to where it was found, and a rectifier rectifies what comes back.

    Raises ConfigError for an encoder with a part that has no such way back, which it names.
    """
    for part in encode.modules():
        if isinstance(part, Pointwise):
            if part.function is not torch.relu:
                name = getattr(part.function, "__name__", "its function")
                raise ConfigError(_refusal(f"{name} is no rectifier"))
        elif isinstance(part, Layer) and not isinstance(part, _TRANSPOSED):
            name = type(part).__name__
            raise ConfigError(_refusal(f"{name}: {_WHY.get(name, _ANYTHING)}"))
    copy = deepcopy(encode)
    for part in copy.modules():
        if isinstance(part, Pointwise):
            part.function = _rectified
    return copy


def _refusal(why: str) -> str:
    return (
        "deconvolution goes back through convolutions, maxima and rectifiers alone, and this encoder has another part "
        f"({why}); use --ngrams, or train conv, idcnn, ngram, tcn, residual, multiscale or unet"
    )


def project(
    encode: Layer, x: Float[Tensor, "1 time inputs"], mask: Tensor, *, step: int, number: int
) -> Float[Tensor, "time inputs"]:
    """One activation of an encoder that `backwards` made, projected back to its input; all others count as zero.

    Source: Zeiler, Fergus 2014, Visualizing and Understanding Convolutional Networks, section 2.1,
    https://arxiv.org/abs/1311.2901
    """
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        y = encode(x, mask)
        alone = torch.zeros_like(y)
        alone[0, step, number] = y[0, step, number].detach()
        (found,) = torch.autograd.grad(y, x, alone)
    return found[0]


def deconvolve(model: Model, reader: Reader, row: Row, *, filter: int | None = None) -> Projection:
    """A filter's strongest activation in a row, projected back to the row's vectors.

    filter: its number among the channels that the encoder gives to the pool; None for the most active one.

    Raises ConfigError for an encoder without a way back and for a number that no filter has, and DataError for a row of
    no tokens and for a filter that is not active in it.
    """
    encode = backwards(model.encode).eval()
    examples = Examples.of(reader, [row])
    steps = int(examples.lengths[0])
    if not steps:
        raise DataError("the text is empty: it has no token that a filter could look at")
    check_length(model, steps)
    device = next(model.parameters()).device
    batch: Batch = examples.batch([0])[0].map(lambda part: part.to(device))
    with evaluating(model), torch.no_grad():
        x = model.embed(batch)
        y = torch.where(model.encode.after(batch.mask)[0][:, None], encode(x, batch.mask)[0], -torch.inf)
    if filter is not None:
        check_filters([filter], y.shape[1])
    most = y.max(0)
    number = int(most.values.argmax()) if filter is None else filter
    activation = most.values[number].item()
    if activation <= 0:
        raise DataError(f"filter {number} is not active anywhere in this text" if filter is not None else _NONE)
    back = project(encode, x, batch.mask, step=int(most.indices[number]), number=number)
    found = places(reader, row)
    table = _table(model.embed)
    pieces = [_piece(part, found.texts, back, x[0], table, reader.tokeniser) for part in parts(found)]
    return Projection(found.texts, number, activation, tuple(one for one in pieces if one.strength > 0))


def _piece(
    part: Part, texts: tuple[str, ...], back: Tensor, x: Tensor, table: Tensor | None, tokeniser: Tokeniser | None
) -> Projected:
    steps = sorted({step for some in part.steps.values() for step in some})
    lengths = back[steps].norm(dim=1)
    nearest: tuple[str, ...] = ()
    if table is not None and tokeniser is not None and lengths.any():
        arrives = back[steps[int(lengths.argmax())]]
        products = table[FIRST:] @ arrives[: table.shape[1]]
        best = np.argsort(-products.detach().cpu().numpy(), kind="stable")[:NEAREST]
        nearest = tuple(_spelled(tokeniser, int(place)) for place in best)
    own = (back[steps] * x[steps]).sum().item()
    return Projected(texts[part.text][part.start : part.end], lengths.norm().item(), own, nearest)


def _table(embed: Embed) -> Tensor | None:
    """The vectors of the tokens, if each has one of its own."""
    if isinstance(embed, Placed):
        return _table(embed.embed)
    if isinstance(embed, Multichannel):
        first = embed.parts[0]
        return _table(first) if isinstance(first, Embed) else None
    return embed.vectors.detach() if isinstance(embed, Tokens | Pretrained) and embed.reads == ("ids",) else None


def _spelled(tokeniser: Tokeniser, place: int) -> str:
    if tokeniser.kind == "bytes":
        return chr(place) if 32 <= place < 127 else f"\\x{place:02x}"
    token = tokeniser.tokens[place]
    return bpe.shown(token) if tokeniser.kind == "bpe" else token


def strongest(
    model: Model, reader: Reader, rows: Sequence[Row], *, filter: int | None = None, quiet: bool = True
) -> tuple[int, int]:
    """Among several rows the filter that moves the answers most, or the one that is named, and the row in which it is
    most active: (filter, row).

    Raises what `deconvolve` raises, and DataError if no row has a token or no filter is active in any.
    """
    backwards(model.encode)  # before anything is read
    examples = Examples.of(reader, rows)
    full = np.flatnonzero(examples.lengths)
    if not len(full):
        raise DataError("no row has a token that a filter could look at; give texts that are not empty")
    with evaluating(model):
        most, _ = maxima(model, examples, quiet=quiet)
    if filter is not None:
        check_filters([filter], most.shape[1])
    elif most.max() <= 0:
        raise DataError(_NONE)
    elif len(rows) == 1:
        filter = int(most[0].argmax())
    else:
        # Where no filter varies from row to row, none moves the answers more than another.
        filter = next(iter(ranked(most[full], speaks_for(model))), int(most.max(0).argmax()))
    return filter, int(full[most[full, filter].argmax()])
