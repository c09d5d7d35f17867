"""What a model reads of a row, learnt on the training rows alone: vocabularies, and the scale of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from atrous.config.embedding import Embed
from atrous.config.fields import Settings
from atrous.data.progress import Progress
from atrous.data.tables import PEEK, Row
from atrous.data.vocabulary import fit
from atrous.runtime.cutting import tokens_of
from atrous.runtime.features import Features
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series, Values, parse
from atrous.runtime.tokeniser import Tokeniser


def fit_reader(settings: Settings, rows: Sequence[Row], *, quiet: bool = True) -> Reader:
    """The reader that settings ask for, its vocabularies and scale those of the rows.

    quiet: say nothing of how far it is, where it takes long.

    >>> from atrous.config.embedding import Embed
    >>> rows = [Row("good film", "pos", "", 1), Row("good", "neg", "", 2)]
    >>> fit_reader(Settings(embed=Embed(name="words", minimum_count=1)), rows).tokeniser.tokens
    ('good', 'film')
    """
    embed, two = settings.embed, settings.data.beside is not None

    def counted() -> Iterable[Row]:
        return Progress(quiet=quiet, what="counting tokens", total=len(rows)).over(rows)

    def fitted(kind: str, limit: int | None, *, second: bool = False) -> Tokeniser:
        texts = ((row.beside or "") if second else _read(row, kind, embed.name) for row in counted())
        return fit(kind, texts, lower=embed.lower, minimum_count=embed.minimum_count, limit=limit)

    if embed.name == "values":
        return Reader(series=scale(parse(row.text) for row in counted()))
    tokeniser, beside, spelling = fitted(embed.name, embed.limit), None, None
    if two or embed.beside is not None:
        beside = fitted(embed.beside or embed.name, embed.limit, second=two)
    if embed.letters:
        spelling = fitted("characters", None)
    rule = None if settings.task != "tag" else "characters" if embed.name == "characters" else _rule(rows)
    return Reader(
        tokeniser, beside=beside, two_texts=two, spelling=spelling, letters=embed.letters, rule=rule,
        features=features_of(embed),
    )  # fmt: skip


def features_of(embed: Embed) -> Features | None:
    """What the settings read of a word beside its id and letters; None if nothing.

    >>> features_of(Embed(name="words", affixes=3))
    Features(shape=False, affixes=3, hashed=0)
    """
    return Features(embed.shape, embed.affixes, embed.hashed) if embed.featured else None


def _rule(rows: Iterable[Row]) -> str:
    """The rule that cuts texts most nearly into the tokens that the first of these rows have; by F1 of the tokens."""
    scores: dict[str, float] = {}
    for rule in ("fine", "treebank"):
        right = both = 0
        for row in islice(rows, PEEK):
            made = tokens_of(row.text, rule)
            right += len(set(made).intersection(row.offsets))
            both += len(made) + len(row.offsets)
        scores[rule] = right / max(both, 1)
    return max(scores, key=scores.__getitem__)


def _read(row: Row, kind: str, name: str) -> str | tuple[str, ...]:
    """What of a row is counted: its tokens, if it is tagged and they are read by this name, else its text."""
    return row.tokens if row.tokens is not None and kind == name else row.text


def scale(series: Iterable[Values]) -> Series:
    """The mean and deviation of each feature over all steps of all series, missing values left out.

    A feature that never changes keeps its own unit, deviation 1; one that is always missing has mean 0 too.

    >>> scale([parse("1,5 3,?"), parse("?,5")])
    Series(mean=(2.0, 5.0), deviation=(1.0, 1.0))

    Source: Chan, Golub, LeVeque 1983, Algorithms for Computing the Sample Variance (series by series, in one pass)
    """
    count, mean, squares = np.zeros(1), np.zeros(1), np.zeros(1)
    for values in series:
        if not len(values):
            continue
        there = ~np.isnan(values)
        here = there.sum(0)
        own = np.where(there, values, 0).sum(0) / np.maximum(here, 1)
        together = np.maximum(count + here, 1)
        apart = own - mean
        squares = squares + np.where(there, (values - own) ** 2, 0).sum(0) + apart**2 * count * here / together
        mean, count = mean + apart * here / together, count + here
    deviation = np.sqrt(squares / np.maximum(count, 1))
    changes = deviation > 1e-12 * np.abs(mean)  # below, it is what rounding makes of a feature that never changes
    return Series(tuple(mean.tolist()), tuple(np.where(changes, deviation, 1).tolist()))
