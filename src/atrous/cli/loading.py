"""What commands that ask a model do around it: look into its folder, load it, say what it has cut."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from atrous.answering.compiler import need_compiler
from atrous.cli.options import DeviceName
from atrous.cli.shown import prepare
from atrous.data.progress import announce
from atrous.errors import ConfigError

_MOST = 2**26  # bytes of a vocabulary that is looked into before the model is loaded

if TYPE_CHECKING:
    from atrous.bundle.trained import Bundle


def say_cut(cut: int, rows: int, model: str) -> None:
    """Say how many rows the model has not read to their end."""
    from atrous.config.kept import kept

    settings = kept(model)
    print(
        f"{cut:,} of {rows:,} rows are longer than {settings.data.max_steps:,} {settings.embed.name}, which is all "
        f"that {model} reads of a row, and were cut",
        file=sys.stderr,
    )


def _vocabulary(model: str) -> Any:
    """What a model's folder says of its reader and its labels."""
    import json

    from atrous.config.kept import VOCABULARY, text_of

    return json.loads(text_of(Path(model) / VOCABULARY, _MOST))


def features_of(model: str) -> int:
    """How many features a step of the series has that a model reads; 0 where its folder does not say it."""
    from atrous.errors import FolderError
    from atrous.runtime.reader import Reader

    try:
        return Reader.from_json(_vocabulary(model)["reader"]).sizes["values"]
    except (ValueError, KeyError, TypeError, RecursionError, FolderError):
        return 0  # who loads the model says what is wrong with its folder


def labels_of(model: str) -> int:
    """How many labels a model has; no limit where its folder does not say it."""
    from atrous.errors import FolderError

    try:
        return len(_vocabulary(model)["labels"])
    except (ValueError, KeyError, TypeError, RecursionError, FolderError):
        return sys.maxsize  # as above


class Fast(NamedTuple):
    """Ways to answer sooner that must be asked for.

    int8: look answers up in numbers of 8 bits. compiled: let torch compile the model. quiet: do not say so.
    """

    int8: bool = False
    compiled: bool = False
    quiet: bool = False

    def check(self) -> None:
        """Raise ConfigError for what does not go together, and MissingExtra where there is no compiler."""
        if self.int8 and self.compiled:
            raise ConfigError("--int8 looks answers up, and --compile computes them; leave one out")
        if self.compiled:
            need_compiler()


def loaded(model: str, device: DeviceName, threads: int | None, fast: Fast = Fast()) -> Bundle:  # noqa: B008
    """The model of that folder, on that device.

    Raises what `prepare` and `atrous.load` raise, and ConfigError if it cannot be as fast as is asked.
    """
    place = prepare(device, threads)
    from atrous.bundle.folder import load

    bundle = load(model)
    bundle.model.to(place)
    bundle.int8 = fast.int8
    if fast.compiled:
        if bundle.tables is not None:
            raise ConfigError(f"--compile: the answers of {model} are looked up, so nothing is computed; leave it out")
        bundle.compiled = True
        announce("compiling the model before its first answer, which takes seconds, or a minute", quiet=fast.quiet)
    if fast.int8 and bundle.tables is None:
        raise ConfigError(
            f"--int8: {model} is no n-gram classifier that could be looked up: encode = ngram, a maximum over time, "
            "and an embedding of one text that is a table, not too large, on the processor; leave it out"
        )
    return bundle


class OnDemand:
    """A model that is loaded when there is a text to read: what is wrong with a file is said before torch is imported.

    cut: how many texts so far were longer than it reads.
    """

    def __init__(self, model: str, device: DeviceName, threads: int | None, fast: Fast = Fast()) -> None:  # noqa: B008
        self.model, self.device, self.threads, self.fast, self.cut = model, device, threads, fast, 0

    @cached_property
    def _bundle(self) -> Bundle:
        return loaded(self.model, self.device, self.threads, self.fast)

    def reading(self, texts: Sequence[Any]) -> Bundle:
        """The model that is to read these texts. Raises what `loaded` raises."""
        self.cut += sum(map(self._bundle.reader.cuts, texts))
        return self._bundle
