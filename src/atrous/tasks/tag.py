"""A tag for every token, or every character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from atrous.attend.keep import Keep
from atrous.config import Settings
from atrous.contract import Layer
from atrous.errors import ConfigError
from atrous.model import Model
from atrous.predict import TAGGERS
from atrous.tasks.beginning import read_and_encoded
from atrous.tasks.bounded import AtMost, room


def build(settings: Settings, *, sizes: Mapping[str, int], labels: Sequence[str], most: int | None = None) -> Model:
    """A fresh tagger as the settings say, presets filled in; arguments and errors as `atrous.tasks.classify.build`.

    labels: the tags, in the order of the logits.

    >>> from atrous.config import load
    >>> build(load(task="tag", encode="residual"), sizes={"ids": 100}, labels=("B-PER", "I-PER", "O")).tags
    True

    Raises ConfigError for an encoder that does not give every step an output of its own, too.
    """
    with AtMost(room() if most is None else most):
        chosen = settings.resolved()
        embed, encode = read_and_encoded(chosen, sizes)
        if not _keeps_steps(encode):
            raise ConfigError(
                f"encode.name = {chosen.encode.name!r}: it does not give one output for every step, which a tagger "
                "needs; choose an encoder that keeps or restores the rate, such as residual, unet or bilstm, or set "
                "its strides to 1"
            )
        channels = encode.outputs or embed.outputs
        scheme, dropout = chosen.predict.scheme or "plain", chosen.predict.dropout
        head = TAGGERS[chosen.predict.name](channels, labels, scheme=scheme, dropout=dropout)
        return Model(embed, encode, Keep(channels), head)


def _keeps_steps(encode: Layer) -> bool:
    """Whether a row has as many outputs as steps, of whatever length it is."""
    rows = (torch.ones(1, steps, dtype=torch.bool) for steps in (1, 2, 3, 16, 61))
    return all(encode.after(row).shape == row.shape for row in rows)
