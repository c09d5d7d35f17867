"""Where the weights of a run begin: with those of another model."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from atrous.bundle import Bundle

_HEAD = "predict."


def keeps_head(init: Bundle, labels: tuple[str, ...], head: str) -> bool:
    """Whether the head of a model can go on: for the same labels, and answering in the same way.

    head: as in `settings.predict.name`.
    """
    return init.labels == labels and init.settings.predict.name == head


@torch.no_grad()
def take_over(bundle: Bundle, init: Bundle) -> bool:
    """Put the weights of a model into a fresh one of the same settings; whether its head's were among them.

    Plain weights become weight norm where the fresh model has it: the answers are the same to rounding.
    """
    whole = keeps_head(init, bundle.labels, bundle.settings.predict.name)
    for name, value in init.model.state_dict().items():
        if whole or not name.startswith(_HEAD):
            _put(bundle.model, name, value)
    return whole


def _put(model: nn.Module, name: str, value: Tensor) -> None:
    path, _, last = name.rpartition(".")
    part = model.get_submodule(path)
    if parametrize.is_parametrized(part, last):
        setattr(part, last, value)
    else:
        getattr(part, last).copy_(value)


def digest(init: Bundle) -> str:
    """What tells the weights of this model from others'."""
    found = hashlib.sha256()
    for name, value in init.model.state_dict().items():
        found.update(name.encode() + value.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:12]
