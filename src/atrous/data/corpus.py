"""The train, dev and test rows of one run, read before torch is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from atrous.config.fields import Data, Settings
from atrous.data.formats import at, count_of, named
from atrous.data.given import Table
from atrous.data.progress import Progress
from atrous.data.rows import keep
from atrous.data.split import labels_of, split
from atrous.data.tables import Columns, Row, columns, read
from atrous.data.targets import Targets
from atrous.errors import DataError, quoted

_JUDGED = "no label column; what is held out is judged by the most probable label"
SHARE = 0.1  # of the rows, for dev and for test, where the user has no file of their own


class Corpus(NamedTuple):
    """Rows to learn from, to choose by and to judge by, and how their answers become numbers."""

    train: Sequence[Row]
    dev: Sequence[Row]
    test: Sequence[Row]
    targets: Targets
    said: tuple[str, ...]  # what was guessed or decided, for the user to read
    folder: Path | None = None  # where what does not fit into memory goes; None for the system's temporary files

    def settled(self, settings: Settings) -> Settings:
        """The settings with what only the data say: the scheme of a tagger's tags.

        >>> Corpus([], [], [], Targets(("A", "B"), scheme="plain"), ()).settled(Settings(task="tag")).predict.scheme
        'plain'
        """
        if self.targets.scheme is None:
            return settings
        return settings.model_copy(
            update={"predict": settings.predict.model_copy(update={"scheme": self.targets.scheme})}
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label among the rows."""
        return self.targets.labels


def read_corpus(
    data: Table,
    *,
    dev: Table | None,
    test: Table | None,
    settings: Data,
    several: bool = False,
    series: bool = False,
    folder: Path | None = None,
    quiet: bool = True,
) -> Corpus:
    """The rows of files or of Python; dev and test, where there is none, by a hash of the text out of `data`.

    The columns of `data` are guessed where settings do not name them; dev and test files must have the same, but may
    have labels where `data` has probabilities.
    several: whether a row can have any number of labels.
    series: whether rows are series of numbers instead of texts; then all have the features of the first one.
    folder: where rows go that are too many for memory; None for the system's temporary files.
    quiet: say nothing of how far it is, where it takes long.

    Raises DataError and ConfigError as the readers do, and DataError if there are fewer than two labels.
    """
    chosen, guessed = find_columns(data, settings, several=several, features=0 if series else None)
    known = Targets((), several, settings.separator, chosen.soft is not None)
    rows = _rows(data, chosen, settings.encoding, folder, quiet)
    having = known.named if several else None
    labels_of(rows, name=named(data), having=having)
    grouped, held = chosen.group is not None, [SHARE if path is None else 0.0 for path in (dev, test)]
    train, dev_rows, test_rows = split(rows, by_group=grouped, dev=held[0], test=held[1])
    said = [guessed] if guessed else []
    if any(held):
        counts = [(train, "train"), (dev_rows, "dev"), (test_rows, "test")]
        parts = ", ".join(f"{len(part):,} {name}" for part, name in counts if len(part))
        said.append(f"{named(data)}: split by a hash of the {'group' if grouped else 'text'} into {parts} rows")
    chosen, others = chosen._replace(features=_features(rows) if series else None), []
    for path, held_out in ((dev, dev_rows), (test, test_rows)):
        found, guessed = (chosen, "") if path is None else other_columns(path, settings, chosen)
        others.append(held_out if path is None else _rows(path, found, settings.encoding, folder, quiet))
        said += [guessed] if guessed else []
        if found.label is None:
            said.append(f"{named(data if path is None else path)}: {_JUDGED}")
    labels = labels_of(train, *others, name=named(data), having=having)
    seen, empty = _counted(train, known)
    if empty:
        said.append(
            f"{named(data)}: {empty:,} of {len(train):,} training rows are empty; they are learnt from all the same"
        )
    if once := sorted(label for label, count in seen.items() if count == 1):
        shown = ", ".join(map(quoted, once[:20])) + f" and {len(once) - 20} more" * (len(once) > 20)
        said.append(f"{named(data)}: one training row alone has the label {shown}; that is hardly enough to learn from")
    if strange := sorted(set(labels) - seen.keys()):
        missing = ", ".join(map(quoted, strange[:20])) + f" and {len(strange) - 20} more" * (len(strange) > 20)
        said.append(f"{named(data)}: no training row has the label {missing}; it cannot be learnt")
    if not several and (hint := _hint(labels, settings.separator)):
        said.append(f"{named(data)}: {hint}")
    return Corpus(train, others[0], others[1], replace(known, labels=labels), tuple(dict.fromkeys(said)), folder)


def read_alone(
    data: Table, *, settings: Data, several: bool = False, series: bool = False, quiet: bool = True
) -> Corpus:
    """The rows of one file or of Python, none held out: all are training rows. Arguments and errors: `read_corpus`."""
    chosen, guessed = find_columns(data, settings, several=several, features=0 if series else None)
    known = Targets((), several, settings.separator, chosen.soft is not None)
    rows = _rows(data, chosen, settings.encoding, None, quiet)
    labels = labels_of(rows, name=named(data), having=known.named if several else None)
    return Corpus(rows, (), (), replace(known, labels=labels), (guessed,) if guessed else ())


def find_columns(
    data: Table, settings: Data, *, several: bool, features: int | None = None, need_soft: bool = True
) -> tuple[Columns, str]:
    """The columns to read a file by, as the settings say, and the sentence that says which were guessed.

    features: of a step, where rows are series of numbers.
    need_soft: whether the columns of probabilities must be there, if settings name some; else labels may do.
    """
    return columns(
        data, text=settings.text, label=settings.label, group=settings.group, beside=settings.beside,
        features=features, encoding=settings.encoding, soft=settings.soft, need_soft=need_soft,
        separator=settings.separator if several else None,
    )  # fmt: skip


def other_columns(data: Table, settings: Data, chosen: Columns) -> tuple[Columns, str]:
    """The columns of a dev or test file: those chosen; but beside probabilities it may have labels, or both."""
    label = chosen.label if chosen.soft is None else settings.label
    wanted = settings.model_copy(update={"text": chosen.text, "label": label, "group": None})
    return find_columns(data, wanted, several=chosen.separator is not None, features=chosen.features, need_soft=False)


def read_labelled(
    data: Table, known: Targets, settings: Data, *, features: int | None = None
) -> tuple[Sequence[Row], str]:
    """Rows to judge a trained model by, and the sentence that says which columns were guessed.

    features: of a step, where rows are series of numbers.

    Raises DataError, with file and line, for a label that the model does not know.
    """
    wanted = settings.model_copy(update={"group": None})
    chosen, guessed = find_columns(data, wanted, several=known.several, features=features, need_soft=False)
    rows = _rows(data, chosen, settings.encoding, None, True)
    for row in rows:
        for label in known.named(row):
            if label not in known.numbers:
                shown = ", ".join(one[:60] for one in known.labels[:10]) + (", ..." if len(known.labels) > 10 else "")
                raise DataError(
                    f"{at(data, row.line)}: the model has no label {quoted(label)}; its labels are {shown}: "
                    "name another column with --label, or remove the row"
                )
    return rows, guessed


def _counted(rows: Sequence[Row], known: Targets) -> tuple[Counter[str], int]:
    """How many of the rows have each label (a probability for it counts as one), and how many have no text."""
    seen: Counter[str] = Counter()
    empty = 0
    for row in rows:
        seen.update(known.named(row) if row.soft is None else {*known.named(row), *row.soft})
        empty += not (row.text.strip() or (row.beside or "").strip())
    return seen, empty


def _hint(labels: tuple[str, ...], separator: str) -> str:
    """What a user may have meant whose labels look like several in one cell; "" if they do not."""
    joined = [label for label in labels if separator in label.strip(separator)]
    if len(joined) * 10 < len(labels):
        return ""
    return (
        f"{len(joined)} of {len(labels)} labels hold {separator!r}, such as {quoted(joined[0])}, each a label of its "
        "own; if a text can have several, set predict.name = labels"
    )


def _features(rows: Sequence[Row]) -> int:
    """How many features the steps of these series have; 0 if there is no step."""
    from atrous.runtime.series import parse  # needs numpy

    return next((parse(row.text).shape[1] for row in rows if row.text.split()), 0)


def _rows(path: Table, chosen: Columns, encoding: str, folder: Path | None, quiet: bool) -> Sequence[Row]:
    progress = Progress(quiet=quiet, what=f"reading {named(path)}", total=count_of(path))
    return keep(progress.over(read(path, chosen, encoding=encoding)), folder=folder)
