"""`atrous.measure`: from a model and a file of rows to its effective field and the gradient at its layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from atrous.bundle.trained import Bundle
from atrous.config import ENCODE_SETTINGS, load
from atrous.data.batch import Examples
from atrous.data.corpus import read_alone, read_labelled
from atrous.data.fitting import fit_reader
from atrous.data.given import Table, table
from atrous.data.progress import announce
from atrous.data.tables import Row
from atrous.data.tagged.corpus import read_tagged, read_tagged_alone
from atrous.data.tagged.layout import is_tagged
from atrous.data.text import Source
from atrous.draw.gradients import Gradients
from atrous.instruments.beginning import drawn, put_vectors
from atrous.instruments.gradients import ROWS, gradients
from atrous.instruments.named import meant
from atrous.vectors import with_channels
from atrous.vectors.vocabulary import with_words


def measure(
    model: Bundle | str | PathLike[str],
    data: Source | Iterable[Any],
    *,
    rows: int = ROWS,
    text: str | None = None,
    label: str | None = None,
    beside: str | None = None,
    encoding: str | None = None,
    seed: int = 0,
    set: Sequence[str] = (),
    quiet: bool = True,
) -> Gradients:
    """How far a model really sees, and whether its gradient gets there: the gradient probe on labelled rows.

    Of one step of the encoder: the share of its gradient at each lag, laid over the window that the encoder declares
    (the effective field). Of the loss: its gradient at the output of each layer. Both before and after training; what
    training began with is drawn once more from the seed. In memory that does not grow with the data.

    model: a Bundle or a model folder; or a settings file (TOML) or the name of an encoder, of which there is the
        beginning alone, with a vocabulary of these rows.
    data: a file or rows, as for `atrous.train`. rows: how many of them are drawn.
    text, label, beside, encoding: columns and encoding, if they are not those of the model or the usual ones.
    seed: of the rows, the steps of each and the signs that are drawn. set: settings above those of the file or encoder.
    quiet: do not say what was guessed and how far it is.

    >>> rows = [{"text": f"a {word} film", "label": word} for word in ("good", "bad") * 20]
    >>> found = measure("ngram", rows)
    >>> found.lags.first, found.lags.last, found.lags.end
    (-2, 2, None)

    Raises DataError and ConfigError as the readers do, FolderError for a folder that cannot be loaded, and DataError
    if no row has a token or no gradient reaches the embedding (a dead network; the message says from where on).
    """
    if rows < 1:
        raise ValueError(f"measure needs rows >= 1, got rows={rows}")
    if seed < 0:
        raise ValueError(f"measure needs seed >= 0, got seed={seed}")
    read = table(data, "data")
    task = "tag" if is_tagged(read) else None
    chosen = meant(model, set, task=task)
    wanted = {"text": text, "label": label, "beside": beside, "encoding": encoding}
    if isinstance(chosen, Bundle):
        bundle, given = chosen, _labelled(chosen, read, wanted, quiet)
    else:
        assert not isinstance(model, Bundle)
        bundle, given = _fresh(model, read, wanted, set, task, quiet)
    return gradients(bundle, examples_of(bundle, given, most=rows, seed=seed), rows=rows, seed=seed, quiet=quiet)


def examples_of(bundle: Bundle, rows: Sequence[Row], *, most: int, seed: int) -> Examples:
    """What the model reads of some of the rows: of four times as many as are wanted, for those without a token."""
    if len(rows) > 4 * most:
        places = np.sort(np.random.default_rng(seed).choice(len(rows), 4 * most, replace=False))
        rows = [rows[int(place)] for place in places]
    given, tagged = (row.given for row in rows), bundle.model.tags
    return Examples.of(bundle.reader, given, bundle.targets.array(rows), tagged=tagged)


def _labelled(bundle: Bundle, data: Table, wanted: dict[str, str | None], quiet: bool) -> Sequence[Row]:
    """Rows for a trained model, whose labels it knows."""
    columns = bundle.settings.data.model_copy(update={key: value for key, value in wanted.items() if value})
    if bundle.model.tags:
        tagged, guessed = read_tagged(data, bundle.targets, bundle.settings.model_copy(update={"data": columns}))
        announce(*[guessed] * bool(guessed), quiet=quiet)
        return tagged
    features = bundle.reader.sizes.get("values")
    rows, guessed = read_labelled(data, bundle.targets, columns, features=features)
    announce(*[guessed] * bool(guessed), quiet=quiet)
    return rows


def _fresh(
    model: str | PathLike[str],
    rows: Table,
    wanted: dict[str, str | None],
    set: Sequence[str],
    task: str | None,
    quiet: bool,
) -> tuple[Bundle, Sequence[Row]]:
    """The model that `train` would begin with on these rows, and the rows."""
    name = fspath(model)
    known = name in ENCODE_SETTINGS
    path = None if known else Path(name)
    assumed = None if task is None else {"task": task}
    settings = load(path, set, data=dict(wanted), encode=name if known else None, assumed=assumed)
    settings = with_channels(settings).resolved()
    if settings.task == "tag":
        corpus = read_tagged_alone(rows, settings, quiet=quiet)
        settings = corpus.settled(settings)
    else:
        corpus = read_alone(
            rows,
            settings=settings.data,
            several=settings.predict.name == "labels",
            series=settings.embed.name == "values",
            quiet=quiet,
        )
    announce(*corpus.said, quiet=quiet)
    reader = replace(
        with_words(fit_reader(settings, corpus.train, quiet=quiet), settings), max_steps=settings.data.max_steps
    )
    bundle = drawn(settings, reader, corpus.labels)
    put_vectors(bundle, quiet=True)
    return bundle, corpus.train
