"""The train, dev and test rows of one run of a tagger, read before torch is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from atrous.config import Settings
from atrous.data.corpus import SHARE, Corpus
from atrous.data.formats import at, count_of, named
from atrous.data.given import Table
from atrous.data.progress import Progress
from atrous.data.rows import keep
from atrous.data.split import labels_of, split
from atrous.data.tables import Row
from atrous.data.tagged.layout import Layout, layout
from atrous.data.tagged.read import read
from atrous.data.targets import Targets
from atrous.errors import DataError, quoted


def read_corpus(
    data: Table,
    *,
    dev: Table | None,
    test: Table | None,
    settings: Settings,
    folder: Path | None = None,
    quiet: bool = True,
) -> Corpus:
    """The rows of files or of Python; dev and test, where there is none, by a hash of the text out of `data`.

    Rows of one document stay on one side. Arguments otherwise as `atrous.data.corpus.read_corpus`.

    Raises DataError and ConfigError as the readers do, and DataError if there are fewer than two tags.
    """
    found, guessed = layout(data, settings)
    rows = _rows(data, found, folder, quiet)
    known = Targets((), scheme=found.taught)
    held = [SHARE if path is None else 0.0 for path in (dev, test)]
    train, dev_rows, test_rows = split(rows, by_group=any(row.group for row in rows), dev=held[0], test=held[1])
    said = [guessed] if guessed else []
    if any(held):
        counts = [(train, "train"), (dev_rows, "dev"), (test_rows, "test")]
        parts = ", ".join(f"{len(part):,} {name}" for part, name in counts if len(part))
        said.append(f"{named(data)}: split by a hash of the text into {parts} rows")
    others = []
    for path, held_out in ((dev, dev_rows), (test, test_rows)):
        others.append(held_out if path is None else _rows(path, layout(path, settings)[0], folder, quiet))
    tags = labels_of(train, *others, name=named(data), having=known.named)
    seen = Counter(tag for row in train for tag in row.tags)
    if strange := sorted(set(tags) - seen.keys()):
        missing = ", ".join(map(quoted, strange[:20])) + f" and {len(strange) - 20} more" * (len(strange) > 20)
        said.append(f"{named(data)}: no training row has the tag {missing}; it cannot be learnt")
    return Corpus(train, others[0], others[1], Targets(tags, scheme=found.taught), tuple(dict.fromkeys(said)), folder)


def read_tagged(data: Table, known: Targets, settings: Settings) -> tuple[Sequence[Row], str]:
    """Rows to judge a trained tagger by, and the sentence that says what was guessed.

    Raises DataError, with file and line, for a tag that the model does not know.
    """
    found, guessed = layout(data, settings)
    rows = _rows(data, found, None, True)
    for row in rows:
        for tag in row.tags:
            if tag not in known.numbers:
                shown = ", ".join(one[:60] for one in known.labels[:10]) + (", ..." if len(known.labels) > 10 else "")
                raise DataError(f"{at(data, row.line)}: the model has no tag {quoted(tag)}; its tags are {shown}")
    return rows, guessed


def _rows(data: Table, found: Layout, folder: Path | None, quiet: bool) -> Sequence[Row]:
    progress = Progress(quiet=quiet, what=f"reading {named(data)}", total=count_of(data))
    return keep(progress.over(read(data, found)), folder=folder)
