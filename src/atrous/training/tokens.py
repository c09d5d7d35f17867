"""The rows of a run as what a model reads: made once, for every model that reads them alike."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import NamedTuple

from atrous.config import Settings
from atrous.data.batch import Examples
from atrous.data.corpus import Corpus
from atrous.data.fitting import fit_reader
from atrous.data.progress import Progress
from atrous.runtime.reader import Reader
from atrous.vectors.vocabulary import with_words

# Fields of the section `embed` that say what becomes of a token, not what a token is.
_AFTERWARDS = {"channels", "vectors", "tuning", "bigrams", "join", "positions", "dropout"}


class Tokens(NamedTuple):
    """What a model reads: in memory while it is small, else in files that are mapped into it."""

    reader: Reader
    train: Examples
    dev: Examples
    test: Examples

    @property
    def cut(self) -> dict[str, int]:
        """How many rows of each part were longer than is read; empty where all is read."""
        parts = {"train": self.train, "dev": self.dev, "test": self.test}
        return {} if self.reader.max_steps is None else {name: part.cut for name, part in parts.items()}


def tokenise(corpus: Corpus, settings: Settings, *, reader: Reader | None = None, quiet: bool = True) -> Tokens:
    """Learn a vocabulary on the training rows, and turn all rows into ids, each once.

    reader: one that is known already: nothing is learnt.

    quiet: say nothing of how far it is, where it takes long.
    """
    learnt = reader or with_words(fit_reader(settings, corpus.train, quiet=quiet), settings)
    reader = replace(learnt, max_steps=settings.data.max_steps)
    parts = []
    judged = corpus.targets.judged
    for part, known in ((corpus.train, corpus.targets), (corpus.dev, judged), (corpus.test, judged)):
        rows = Progress(quiet=quiet, what="tokenising", total=len(part)).over(part)
        targets = known.array(part, folder=corpus.folder)
        tagged = known.scheme is not None
        parts.append(Examples.of(reader, (row.given for row in rows), targets, tagged=tagged, folder=corpus.folder))
    tokens = Tokens(reader, *parts)
    if tokens.cut and not quiet:
        named = ", ".join(f"{cut:,} {name}" for name, cut in tokens.cut.items())
        print(
            f"longer than {reader.max_steps:,} {settings.embed.name} and cut to so many: {named} rows", file=sys.stderr
        )
    return tokens


def alike(settings: Settings) -> str:
    """What is the same for all settings whose models read the same tokens.

    >>> from atrous.config import load
    >>> first = alike(load(encode="tcn"))
    >>> first == alike(load(encode="bag", embed={"channels": 8})), first == alike(load(embed={"lower": True}))
    (True, False)
    """
    words = settings.embed.vectors if settings.embed.vocabulary == "vectors" else None
    return f"{settings.data.max_steps} {settings.embed.model_dump_json(exclude=_AFTERWARDS)} {words}"
