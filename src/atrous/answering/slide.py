"""A classifier of windows slides over a long row: one pass, the same numbers as window by window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from atrous.answering.chunks import evaluating
from atrous.attend import Unpadded
from atrous.contract import Batch, Layer, State
from atrous.data.batch import Examples
from atrous.layers import Conv, Stack
from atrous.model import Model
from atrous.runtime.lengths import CHUNK
from atrous.runtime.reader import Reader, Row


@torch.inference_mode()
def slide(
    model: Model, row: Batch, *, window: int, stride: int = 1, one_by_one: bool = False
) -> Float[Tensor, "places labels"]:
    """The logits of every window of a row: place j reads tokens j * stride ... j * stride + window - 1, and no others.

    row: a batch of one row, without padding. A row shorter than the window has no place.
    one_by_one: read every window by itself, which any model can do at `window / stride` times the cost.

    In one pass the embedding and the encoder read the row once. That gives the same numbers only if they do not know
    where a window ends: layers that mix no steps, and unpadded convolutions, which answer only where their whole
    window lies within what they read. A padded convolution sees zeros beside a window where the row has tokens.

    >>> from atrous.embed import Tokens
    >>> from atrous.predict import Classes
    >>> pool = Unpadded(8, depth=2)
    >>> model = Model(Tokens(50, 8), Conv(8, 8, kernel=3, valid=True), pool, Classes(8, 2)).eval()
    >>> row = Batch(torch.randint(2, 50, (1, 20)), torch.tensor([20]))
    >>> logits = slide(model, row, window=pool.steps + 2)
    >>> logits.shape
    torch.Size([12, 2])
    >>> alone = Batch(row.ids[:, 3:12], torch.tensor([9]))
    >>> torch.testing.assert_close(logits[3:4], model(alone))

    Raises ValueError if window or stride is below 1, if the row is not one row without padding, if the window is
    shorter than what the encoder sees, or if the model cannot slide in one pass, naming the part that is in the way.
    """
    if window < 1 or stride < 1:
        raise ValueError(f"slide needs window >= 1 and stride >= 1, got window={window}, stride={stride}")
    if row.lengths.tolist() != [row.time]:
        raise ValueError(f"slide needs one row without padding, got lengths {row.lengths.tolist()} of {row.time} steps")
    if not one_by_one:
        _check(model, window)
    places = max(0, (row.time - window) // stride + 1)
    read = _one_by_one if one_by_one else _in_one_pass
    at_once = max(1, max(CHUNK, 4 * window) // stride)  # places; a piece reads the window after its last one again
    with evaluating(model):
        found = [model.predict(model.attend.read(model.attend.start(1)))[:0]]
        for start in range(0, places, at_once):
            last = min(start + at_once, places) - 1
            piece = row.cut(slice(start * stride, last * stride + window))
            found += read(model, piece._replace(lengths=torch.full_like(row.lengths, piece.time)), window, stride)
    return torch.cat(found).cpu()


def slide_text(
    model: Model, reader: Reader, text: Row, *, window: int, stride: int = 1, one_by_one: bool = False
) -> Float[Tensor, "places labels"]:
    """What `slide` gives for every window of a text, on whatever device the model is. Raises what it raises."""
    # A model that was trained on the first steps of its rows is asked about every window, not about the first.
    row, _ = Examples.of(replace(reader, max_steps=None), [text]).batch([0])
    if not row.lengths[0]:
        row = row.cut(slice(0, 0))
    device = next(model.parameters()).device
    row = row.map(lambda part: part.to(device))
    return slide(model, row, window=window, stride=stride, one_by_one=one_by_one)


def in_the_way(model: Model) -> str:
    """What keeps a model from sliding in one pass, in words; "" if nothing does."""
    if not _empty(model.embed.start(1)):
        return f"its embedding, {type(model.embed).__name__}, reads tokens before its own or counts them"
    for layer in _flat(model.encode):
        if layer.window.stride != 1:
            return f"{_shown(layer)} changes the rate"
        if not (isinstance(layer, Conv) and layer.valid) and not (layer.streams and _empty(layer.start(1))):
            return f"{_shown(layer)} knows where a window begins or ends"
    return ""


def _shown(layer: Layer) -> str:
    """A layer on one line: one of several parts by its kind alone."""
    written = repr(layer)
    return type(layer).__name__.removeprefix("Parametrized") if "\n" in written else written


def _check(model: Model, window: int) -> None:
    """Raise ValueError if windows of so many tokens cannot be read in one pass."""
    if why := in_the_way(model):
        raise ValueError(
            f"this model cannot slide in one pass with the same numbers: {why}; give it unpadded convolutions "
            "(valid=True) and an embedding of single tokens, or slide with one_by_one=True"
        )
    if window < model.window.size:
        raise ValueError(
            f"slide needs a window of what the encoder sees, {model.window.size} tokens or more, got window={window}"
        )


def _in_one_pass(model: Model, row: Batch, window: int, stride: int) -> Iterator[Tensor]:
    span = int(model.window.size) - 1
    steps = window - span  # of the encoder's outputs that belong to a window
    x = model.encode(model.embed(row), row.mask)[:, : row.time - span]
    pool = model.attend
    if isinstance(pool, Unpadded) and pool.steps <= steps:
        # A pool that is a convolution needs no windows: it slides by itself. It reads the last steps of each.
        last = x[:, steps - pool.steps :]
        y = pool.shrink(last)[0, : x.shape[1] - steps + 1 : stride]
        yield model.predict(y)
        return
    for places in _windows(x, steps, stride):
        yield model.predict(pool(places))


def _one_by_one(model: Model, row: Batch, window: int, stride: int) -> Iterator[Tensor]:
    fields = {name: _windows(part, window, stride) for name, part in row.fields.items()}
    for parts in zip(*fields.values(), strict=True):
        lengths = torch.full((len(parts[0]),), window, device=row.lengths.device)
        yield model(row._replace(lengths=lengths, **dict(zip(fields, parts, strict=True))))


def _windows(part: Tensor, steps: int, stride: int) -> Iterator[Tensor]:
    """The windows of a sequence, (places, steps, ...), a few at a time."""
    places = part[0].unfold(0, steps, stride).movedim(-1, 1)  # a view: nothing is copied yet
    for start in range(0, len(places), some := max(1, CHUNK // steps)):
        yield places[start : start + some].contiguous()


def _flat(layer: Layer) -> Iterator[Layer]:
    """The layers one after the other; a Stack in a Stack is its parts."""
    if not isinstance(layer, Stack):
        yield layer
        return
    for part in layer.parts:
        if isinstance(part, Layer):
            yield from _flat(part)


def _empty(state: State) -> bool:
    """Whether a state holds nothing: what needs none between two chunks knows nothing of where a row begins or ends."""
    return not state.numel() if isinstance(state, Tensor) else all(map(_empty, state))
