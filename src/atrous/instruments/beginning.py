"""A model as it was before its training."""

from __future__ import annotations

import torch

from atrous.bundle.trained import Bundle
from atrous.config import Settings
from atrous.embed import fill
from atrous.errors import AtrousError
from atrous.model import Model
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import FIRST
from atrous.vectors import load_vectors


def untrained(bundle: Bundle) -> tuple[Model | None, str]:
    """The model with the numbers that its training began with, where it is now; or None, and why it is not known.

    They are drawn once more: with the same settings, sizes and seed they are the same.

    >>> from atrous.config import load
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> bundle = Bundle.fresh(load(encode="ngram"), Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))
    >>> bundle.scores["init"] = {"model": "runs/other"}
    >>> untrained(bundle)
    (None, 'its training began with the weights of runs/other, so only the end is known')
    """
    if init := bundle.scores.get("init"):
        model = init.get("model", "another model")
        return None, f"its training began with the weights of {model}, so only the end is known"
    device = next(bundle.model.parameters()).device
    fresh = drawn(bundle.settings, bundle.reader, bundle.labels)
    try:
        put_vectors(fresh, quiet=True)
    except (AtrousError, OSError, RuntimeError):  # gone, or another file by now
        path = bundle.settings.embed.vectors
        return None, f"the vectors it began with, {path}, cannot be read any more, so only the end is known"
    return fresh.model.to(device), ""


def drawn(settings: Settings, reader: Reader, labels: tuple[str, ...]) -> Bundle:
    """A fresh model with the numbers that the seed of the settings draws; the caller's random numbers stay."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.train.seed)
        return Bundle.fresh(settings, reader, labels)


def put_vectors(bundle: Bundle, *, quiet: bool) -> None:
    """Put the vectors of the settings' file, if they name one, into a fresh model, as training begins.

    Raises DataError as `load_vectors` does.
    """
    path, tokeniser = bundle.settings.embed.vectors, bundle.reader.tokeniser
    if path is not None and tokeniser is not None:
        found = load_vectors(path, tokeniser.tokens, quiet=quiet)
        fill(bundle.model.embed, torch.from_numpy(found.places + FIRST), torch.from_numpy(found.table))
