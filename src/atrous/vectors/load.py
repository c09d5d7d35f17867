"""The vectors of a vocabulary out of a file of many more."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import lru_cache
from os import fspath
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atrous.config import Settings
from atrous.data.text import Source, named
from atrous.errors import ConfigError, DataError
from atrous.vectors.head import head
from atrous.vectors.words import disguised, words


class Vectors(NamedTuple):
    """places: of the words found, in the order they were sought. table: (words found, channels), one row each."""

    places: NDArray[np.int64]
    table: NDArray[np.float32]

    @property
    def channels(self) -> int:
        """Numbers of a vector."""
        return int(self.table.shape[1])


def with_channels(settings: Settings) -> Settings:
    """The settings with embed.channels as the file of vectors has them, if there is one.

    Raises ConfigError if another number was set, and DataError if the file is no file of vectors.
    """
    path, channels = settings.embed.vectors, settings.embed.channels
    if path is None:
        return settings
    there = head(path).channels
    if channels is not None and channels != there:
        raise ConfigError(
            f"'embed.channels' is {channels}, but the vectors in {path} have {there} numbers; leave embed.channels out"
        )
    return settings.model_copy(update={"embed": settings.embed.model_copy(update={"channels": there})})


def load_vectors(path: Source, sought: Sequence[str], *, quiet: bool = True) -> Vectors:
    """The vectors of these words; only they are kept in memory, however large the file is.

    path: word2vec's text form (a first line "count channels"), which fastText writes too, its binary form, or GloVe's;
        .gz and .xz are read as they are. Words may hold spaces. Of a word that comes twice the first counts.
    quiet: do not say on standard error how many words were found.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "vectors.txt"
    ...     _ = path.write_text("2 3\\ngood 0.5 1 -2\\nfilm 1 2 3\\n")
    ...     found = load_vectors(path, ["a", "good"])
    >>> found.places.tolist(), found.table.tolist()
    ([1], [[0.5, 1.0, -2.0]])

    Raises DataError for a file that is none of these, is cut short or has a broken line, with file and line, and if it
    has none of the words.
    """
    try:
        changed = Path(path).stat().st_mtime_ns
    except OSError:
        changed = 0  # the reader says what is wrong
    return _loaded(fspath(path), changed, tuple(sought), quiet)


@lru_cache(maxsize=1)  # a race asks for the same words with every encoder and seed
def _loaded(path: str, changed: int, sought: tuple[str, ...], quiet: bool) -> Vectors:
    found = head(path)
    wanted = {disguised(word): place for place, word in enumerate(sought)}
    places: dict[int, NDArray[np.float32]] = {}
    started, shown = time.monotonic(), False
    for number, (word, vector) in enumerate(words(path, found, wanted), 1):
        if vector is not None:
            places.setdefault(wanted[word], vector)
        if number % 50_000 == 0 and not quiet and sys.stderr.isatty() and time.monotonic() - started > 2:
            shown = True
            print(f"\r{named(path)}: {number:,} words read ", end="", file=sys.stderr, flush=True)
    if shown:
        print(file=sys.stderr)
    if not places:
        raise DataError(
            f"{named(path)}: has none of the {len(sought):,} words of the training texts; give vectors of the same "
            "language, and set embed.lower if they are of lower-case words"
        )
    if not quiet:
        print(f"{len(places):,} of {len(sought):,} words found in {named(path)}", file=sys.stderr)
    order = sorted(places)
    return Vectors(np.array(order, np.int64), np.stack([places[place] for place in order]))
