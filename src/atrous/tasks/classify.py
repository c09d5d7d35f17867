"""One label for every text, or any number of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from atrous.attend import POOLS
from atrous.config import Settings
from atrous.config.fields import Predict
from atrous.model import Model
from atrous.predict import Classes, Labels
from atrous.tasks.beginning import read_and_encoded
from atrous.tasks.bounded import AtMost, room
from atrous.tasks.scoring import classes_scores, labels_scores


def build(settings: Settings, *, sizes: Mapping[str, int], labels: Sequence[str], most: int | None = None) -> Model:
    """A fresh model as the settings say, presets filled in, its weights drawn from torch's default generator.

    sizes: of each field of the batch, how many ids there are, or features: `Reader.sizes`.
    labels: those that there are to choose from.
    most: how many numbers it may hold; None for what fits into half the machine's memory.

    >>> from atrous.config import load
    >>> build(load(encode="tcn"), sizes={"ids": 100}, labels=("no", "yes")).window
    Window(left=60, right=0, stride=1)

    Raises ConfigError if it would hold more.
    """
    with AtMost(room() if most is None else most):
        return _built(settings.resolved(), sizes, len(labels))


def _built(chosen: Settings, sizes: Mapping[str, int], labels: int) -> Model:
    embed, encode = read_and_encoded(chosen, sizes)
    attend = POOLS[chosen.attend.name or "max"](encode.outputs or embed.outputs, **chosen.attend.options)
    dropout, threshold = chosen.predict.dropout, chosen.predict.threshold
    if chosen.predict.name == "labels":
        return Model(embed, encode, attend, Labels(attend.outputs, labels, dropout=dropout, threshold=threshold))
    return Model(embed, encode, attend, Classes(attend.outputs, labels, dropout=dropout))


def scores(logits: Tensor, targets: Tensor, labels: Sequence[str], predict: Predict) -> dict[str, Any]:
    """How right the logits, (rows, labels), are: see `classes_scores` and `labels_scores`."""
    if predict.name == "labels":
        return labels_scores(logits, targets, labels, threshold=predict.threshold)
    return classes_scores(logits, targets, labels)
