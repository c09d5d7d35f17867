"""The train, dev and test rows of one run, read before torch is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from atrous.config.fields import Data
from atrous.data.formats import at, count_of, named
from atrous.data.given import Table
from atrous.data.progress import Progress
from atrous.data.rows import keep
from atrous.data.split import labels_of, split
from atrous.data.tables import Columns, Row, columns, read
from atrous.errors import DataError

SHARE = 0.1  # of the rows, for dev and for test, where the user has no file of their own


class Corpus(NamedTuple):
    """Rows to learn from, to choose by and to judge by, and every label among them."""

    train: Sequence[Row]
    dev: Sequence[Row]
    test: Sequence[Row]
    labels: tuple[str, ...]
    said: tuple[str, ...]  # what was guessed or decided, for the user to read
    folder: Path | None = None  # where what does not fit into memory goes; None for the system's temporary files


def read_corpus(
    data: Table,
    *,
    dev: Table | None,
    test: Table | None,
    settings: Data,
    series: bool = False,
    folder: Path | None = None,
    quiet: bool = True,
) -> Corpus:
    """The rows of files or of Python; dev and test, where there is none, by a hash of the text out of `data`.

    The columns of `data` are guessed where settings do not name them; dev and test files must have the same.
    series: whether rows are series of numbers instead of texts; then all have the features of the first one.
    folder: where rows go that are too many for memory; None for the system's temporary files.
    quiet: say nothing of how far it is, where it takes long.

    Raises DataError and ConfigError as the readers do, and DataError if there are fewer than two labels.
    """
    chosen, guessed = columns(
        data, text=settings.text, label=settings.label, group=settings.group, beside=settings.beside,
        features=0 if series else None, encoding=settings.encoding,
    )  # fmt: skip
    rows = _rows(data, chosen, settings.encoding, folder, quiet)
    labels_of(rows, name=named(data))
    grouped, held = chosen.group is not None, [SHARE if path is None else 0.0 for path in (dev, test)]
    train, dev_rows, test_rows = split(rows, by_group=grouped, dev=held[0], test=held[1])
    said = [guessed] if guessed else []
    if any(held):
        counts = [(train, "train"), (dev_rows, "dev"), (test_rows, "test")]
        parts = ", ".join(f"{len(part):,} {name}" for part, name in counts if len(part))
        said.append(f"{named(data)}: split by a hash of the {'group' if grouped else 'text'} into {parts} rows")
    plain = chosen._replace(group=None, features=_features(rows) if series else None)
    if dev is not None:
        dev_rows = _rows(dev, plain, settings.encoding, folder, quiet)
    if test is not None:
        test_rows = _rows(test, plain, settings.encoding, folder, quiet)
    labels = labels_of(train, dev_rows, test_rows, name=named(data))
    if strange := sorted(set(labels) - {row.label for row in train}):
        missing = ", ".join(map(repr, strange))
        said.append(f"{named(data)}: no training row has the label {missing}; it cannot be learnt")
    return Corpus(train, dev_rows, test_rows, labels, tuple(said), folder)


def read_labelled(
    data: Table, labels: tuple[str, ...], settings: Data, *, features: int | None = None
) -> tuple[Sequence[Row], str]:
    """Rows to judge a trained model by, and the sentence that says which columns were guessed.

    features: of a step, where rows are series of numbers.

    Raises DataError, with file and line, for a label that the model does not know.
    """
    chosen, guessed = columns(
        data, text=settings.text, label=settings.label, beside=settings.beside, features=features,
        encoding=settings.encoding,
    )  # fmt: skip
    rows = _rows(data, chosen, settings.encoding, None, True)
    for row in rows:
        if row.label not in labels:
            shown = ", ".join(labels[:10]) + (", ..." if len(labels) > 10 else "")
            raise DataError(
                f"{at(data, row.line)}: the model has no label {row.label!r}; its labels are {shown}: "
                "name another column with --label, or remove the row"
            )
    return rows, guessed


def _features(rows: Sequence[Row]) -> int:
    """How many features the steps of these series have; 0 if there is no step."""
    from atrous.runtime.series import parse  # needs numpy

    return next((parse(row.text).shape[1] for row in rows if row.text.split()), 0)


def _rows(path: Table, chosen: Columns, encoding: str, folder: Path | None, quiet: bool) -> Sequence[Row]:
    progress = Progress(quiet=quiet, what=f"reading {named(path)}", total=count_of(path))
    return keep(progress.over(read(path, chosen, encoding=encoding)), folder=folder)
