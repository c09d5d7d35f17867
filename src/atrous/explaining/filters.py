"""The filters of a model: the channels that its encoder gives to the pool, what each sees, and what it speaks for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple, cast

import torch

from atrous.attend import Last, Max, Mean, Query, Sum
from atrous.contract import Layer
from atrous.errors import ConfigError
from atrous.layers import (
    GRU,
    LSTM,
    RNN,
    Dropout,
    MultiplicativeLSTM,
    Parallel,
    PastAttention,
    Pointwise,
    Pooling,
    SelfAttention,
    SpatialDropout,
    Stack,
)
from atrous.model import Model
from atrous.predict import Classes
from atrous.window import Window

_BY_CHANNEL = (Dropout, Pointwise, Pooling, SpatialDropout)  # output k reads input k alone
_BY_CHANNEL_POOLS = (Last, Max, Mean, Query, Sum)  # number k of the vector is a weighted sum over time of channel k
_WITHOUT_END = (LSTM, MultiplicativeLSTM, GRU, RNN, SelfAttention, PastAttention)


class Speaks(NamedTuple):
    """What a filter's activation says: the place of the label it speaks for, and its weight there."""

    label: int
    weight: float


def need_filters(model: Model) -> None:
    """Raise ConfigError for a tagger, and a model whose channels are no filters: they may depend on all of the row."""
    if model.tags:
        raise ConfigError(
            "this model is a tagger: its filters are read at every step, and none wins a row; explain single texts, "
            "with --token N or --span LABEL"
        )
    for part in model.encode.modules():
        if isinstance(part, _WITHOUT_END):
            raise ConfigError(
                f"this model has no filters that look for n-grams: what a step of its {type(part).__name__} holds may "
                "come from anywhere in the row; explain single texts, or train a convolution, such as ngram or tcn"
            )


def windows(model: Model) -> list[Window]:
    """What each filter sees, in tokens.

    >>> from atrous.embed import Tokens
    >>> from atrous.encode import ngram
    >>> from atrous.predict import Classes
    >>> model = Model(Tokens(50, 8), ngram(8, channels=1, kernels=(2, 5)), Max(2), Classes(2, 2))
    >>> windows(model)
    [Window(left=1, right=0, stride=1), Window(left=2, right=2, stride=1)]
    """
    return [model.embed.window.then(window) for window in _windows(model.encode, model.embed.outputs)]


def _windows(layer: Layer, inputs: int) -> list[Window]:
    """What each channel of the layer's output sees of its input."""
    if isinstance(layer, Stack):
        found = [Window()] * inputs
        for part in cast(Iterable[Layer], layer.parts):
            if isinstance(part, _BY_CHANNEL):
                found = [window.then(part.window) for window in found]
            else:
                before = reduce(Window.beside, found)
                found = [before.then(window) for window in _windows(part, len(found))]
        return found
    if isinstance(layer, Parallel) and layer.join == "concatenate":
        return [window for path in cast(Iterable[Layer], layer.paths) for window in _windows(path, inputs)]
    return [layer.window] * (layer.outputs or inputs)


@torch.no_grad()
def speaks_for(model: Model) -> list[Speaks | None]:
    """The label that each filter speaks for: the one to which its weight in the head gives most, above the mean of all
    labels, since adding the same to every label changes no answer. Where a text can have any number of labels, each
    is judged by itself, and a filter that speaks against all of them speaks for none.

    None of every filter, too, if the pool mixes them before the head reads them.
    """
    head = model.predict.linear.weight
    if not isinstance(model.attend, _BY_CHANNEL_POOLS):
        return [None] * _channels(model)
    weights = head - head.mean(0) if isinstance(model.predict, Classes) else head
    best = weights.max(0)
    return [
        Speaks(label, weight) if weight > 0 else None
        for label, weight in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]


def _channels(model: Model) -> int:
    return len(_windows(model.encode, model.embed.outputs))
