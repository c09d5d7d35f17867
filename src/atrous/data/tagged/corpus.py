"""The train, dev and test rows of one run of a tagger, read before torch is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from atrous.config import Settings
from atrous.data.corpus import SHARE, Corpus
from atrous.data.formats import at, count_of, named
from atrous.data.given import Table
from atrous.data.progress import Progress
from atrous.data.rows import keep
from atrous.data.split import split
from atrous.data.tables import Row
from atrous.data.tagged.layout import layout
from atrous.data.tagged.read import read
from atrous.data.tagged.reading import Layout
from atrous.data.targets import Targets
from atrous.errors import DataError, quoted
from atrous.runtime.schemes import whole

DOCUMENTS = 30  # of which one tenth is held out whole; where there are fewer, sentences are

# What readers count, for one and for many.
_WORDS = {
    "repaired": (
        "row has tags that break their scheme; they were read as what they come nearest to",
        "rows have tags that break their scheme; they were read as what they come nearest to",
    ),
    "unaligned": (
        "row has a text that does not have its tokens in their order; its text is its tokens",
        "rows have a text that does not have their tokens in their order; their text is their tokens",
    ),
    "replaced": (
        "row has a multiword token that its words do not make up; its text has the words instead",
        "rows have a multiword token that its words do not make up; their text has the words instead",
    ),
    "rejected": (
        "row was not accepted by its annotator, and left out",
        "rows were not accepted by their annotator, and left out",
    ),
}


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

    Rows of one document stay on one side, if there are 30 documents or more, and of one group in any case. The tags are
    those that occur and, where they write spans, all others of their labels.
    Arguments otherwise as `atrous.data.corpus.read_corpus`.

    Raises DataError and ConfigError as the readers do, and DataError if there are fewer than two tags.
    """
    found, guessed = layout(data, settings)
    said = [guessed] if guessed else []
    rows = _rows(data, found, folder, quiet, said)
    held = [SHARE if path is None else 0.0 for path in (dev, test)]
    by_group = any(held) and (settings.data.group is not None or _many_documents(rows))
    train, dev_rows, test_rows = split(rows, by_group=by_group, dev=held[0], test=held[1])
    if any(held):
        counts = [(train, "train"), (dev_rows, "dev"), (test_rows, "test")]
        parts = ", ".join(f"{len(part):,} {name}" for part, name in counts if len(part))
        group = "group" if settings.data.group is not None else "document"
        what = f"the {group}, each being whole in one of them," if by_group else "the text"
        said.append(f"{named(data)}: split by a hash of {what} into {parts} rows")
    others = []
    for path, held_out in ((dev, dev_rows), (test, test_rows)):
        if path is None:
            others.append(held_out)
            continue
        other, guessed = layout(path, settings, like=found)
        said += [guessed] if guessed else []
        others.append(_rows(path, other, folder, quiet, said))
    there = _tags(data, train, *others)
    said += _unlearnt(named(data), train, there, found.taught)
    tags = tuple(sorted(whole(there, found.taught)))
    return Corpus(train, others[0], others[1], Targets(tags, scheme=found.taught), tuple(dict.fromkeys(said)), folder)


def read_tagged_alone(data: Table, settings: Settings, *, quiet: bool = True) -> Corpus:
    """The rows of one file or of Python, none held out: all are training rows.

    Raises DataError and ConfigError as the readers do, and DataError if there are fewer than two tags.
    """
    found, guessed = layout(data, settings)
    said = [guessed] if guessed else []
    rows = _rows(data, found, None, quiet, said)
    tags = tuple(sorted(whole(_tags(data, rows), found.taught)))
    return Corpus(rows, (), (), Targets(tags, scheme=found.taught), tuple(dict.fromkeys(said)))


def read_tagged(data: Table, known: Targets, settings: Settings) -> tuple[Sequence[Row], str]:
    """Rows to judge a trained tagger by, and the sentence that says what was guessed.

    Raises DataError, with file and line, for a tag that the model does not know.
    """
    if settings.data.context == "sentence":  # nothing is held out, so that a group is not needed
        settings = settings.model_copy(update={"data": settings.data.model_copy(update={"group": None})})
    found, guessed = layout(data, settings)
    said = [guessed] if guessed else []
    rows = _rows(data, found, None, True, said)
    for row in rows:
        for tag in row.tags:
            if tag not in known.numbers:
                raise DataError(f"{at(data, row.line)}: {_unknown(tag, known)}")
    return rows, "; ".join(said)


def _rows(data: Table, found: Layout, folder: Path | None, quiet: bool, said: list[str]) -> Sequence[Row]:
    """All rows; what was counted on the way is added to what is said."""
    seen: Counter[str] = Counter()
    progress = Progress(quiet=quiet, what=f"reading {named(data)}", total=count_of(data))
    rows = keep(progress.over(read(data, found, lambda what: seen.update([what]))), folder=folder)
    said += [f"{named(data)}: {count:,} {_WORDS[what][count != 1]}" for what, count in sorted(seen.items())]
    return rows


def _tags(data: Table, *parts: Sequence[Row]) -> set[str]:
    """The tags that occur. Raises DataError if there are fewer than two."""
    there = {tag for part in parts for row in part for tag in row.tags}
    if len(there) < 2:
        what = f"no tag but {quoted(next(iter(there)))}" if there else "no tag"
        raise DataError(f"{named(data)}: {what}; a tagger needs at least two")
    return there


def _many_documents(rows: Iterable[Row]) -> bool:
    """Whether the rows are of so many documents that some of them can be held out whole."""
    documents = {row.group for row in rows}
    return "" not in documents and len(documents) >= DOCUMENTS


def _unlearnt(name: str, train: Iterable[Row], tags: set[str], scheme: str) -> list[str]:
    """Which tags, or labels of spans, have no training row."""
    what = "tag" if scheme == "plain" else "span"
    seen = {_label(tag, scheme) for row in train for tag in row.tags}
    lacking = sorted({_label(tag, scheme) for tag in tags} - seen)
    if not lacking:
        return []
    missing = ", ".join(map(quoted, lacking[:20])) + f" and {len(lacking) - 20} more" * (len(lacking) > 20)
    return [f"{name}: no training row has the {what} {missing}; it cannot be learnt"]


def _unknown(tag: str, known: Targets) -> str:
    """What is said of a tag that a model does not know: its own, or, of spans, the label that they have."""
    scheme = known.scheme or "plain"
    there, what, own = sorted({_label(one, scheme) for one in known.labels} - {""}), "spans", _label(tag, scheme)
    if scheme == "plain" or not own or own in there:
        there, what, own = list(known.labels), "tags", tag
    shown = ", ".join(one[:60] for one in there[:10]) + ", ..." * (len(there) > 10)
    lacks = f"no tag {quoted(own)}" if what == "tags" else f"no spans of {quoted(own)}"
    return f"the model has {lacks}; its {what} are {shown}: name another column with --tags, or remove the row"


def _label(tag: str, scheme: str) -> str:
    return tag if scheme == "plain" else tag.partition("-")[2]
