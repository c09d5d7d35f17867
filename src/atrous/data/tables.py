"""Rows of text, label and group out of tables, plain text and rows of Python, read one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from os import fspath
from pathlib import Path
from typing import NamedTuple

from atrous.data.cells import Soft, label_of, probabilities, soft_columns, value
from atrous.data.formats import TEXT, Format, at, format_of, head, named, records
from atrous.data.given import Given, Table
from atrous.data.guess import (
    USUAL_LABELS,
    USUAL_SERIES,
    USUAL_TEXTS,
    column_names,
    guess_label,
    guess_text,
    known,
    there_are,
    usual,
)
from atrous.data.text import STDIN, Source
from atrous.data.values import Record
from atrous.errors import ConfigError, quoted

PEEK = 1000  # rows that a guess looks at


class Row(NamedTuple):
    """One example. label and group are "" where nobody asked for them, beside is None.

    text: a series of numbers is in the form that `atrous.runtime.series.parse` reads. beside: a second text.
    label: where a row can have several, all of them, the separator between them.
    line: where the row begins in its file, or its number where there are no lines; `formats.at` puts it in words.
    soft: how probable each label is, where the row says it.
    tokens, tags: of a row that is tagged, one tag a token; None of others. offsets: text[start:end] is the token.
    breaks: where a row is a document, the tokens with which its sentences begin, but for the first.
    """

    text: str
    label: str
    group: str
    line: int
    beside: str | None = None
    soft: dict[str, float] | None = None
    tokens: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    offsets: tuple[tuple[int, int], ...] = ()
    breaks: tuple[int, ...] = ()

    @property
    def given(self) -> str | tuple[str, ...]:
        """What a `Reader` takes: the text, or both, or the tokens."""
        if self.tokens is not None:
            return self.tokens
        return self.text if self.beside is None else (self.text, self.beside)


class Columns(NamedTuple):
    """The columns a file is read by; None for what is not wanted.

    features: None where rows are texts; where they are series of numbers how many a step has, 0 for as many as the
        first step has.
    soft: the columns of probabilities by label, or the one column that holds tables of them.
    separator: what stands between the labels of a row; None where a row has one.
    """

    text: str
    label: str | None
    group: str | None
    beside: str | None = None
    features: int | None = None
    soft: str | dict[str, str] | None = None
    separator: str | None = None


def columns(
    path: Table,
    *,
    text: str | None = None,
    label: str | None = None,
    group: str | None = None,
    beside: str | None = None,
    features: int | None = None,
    encoding: str = "utf-8",
    need_label: bool = True,
    soft: Soft | None = None,
    need_soft: bool = True,
    separator: str | None = None,
) -> tuple[Columns, str]:
    """The columns to read a file by, and one sentence that says which were guessed ("" if none was).

    text, label, group, beside: the names the user gave. Without a name, text and label are guessed: by usual names
        (text, review, ...; label, class, ...), else from the first 1,000 rows, the longest values being the text and
        the fewest distinct values the label. A group and a second text, beside, are never guessed.
    features: for `read`, see `Columns`.
    need_label: whether a label is looked for where none was given.
    soft: the columns of probabilities, as data.soft says them; with some, a label is only looked for by name.
    need_soft: whether they must be there; else a file that has none of them is read without.
    separator: what stands between the labels of a row that can have several.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "reviews.csv"
    ...     _ = path.write_text("review,stars\\ngood film,5\\ndull,1\\ngreat,5\\n")
    ...     found, announcement = columns(path)
    >>> found
    Columns(text='review', label='stars', group=None, beside=None, features=None, soft=None, separator=None)

    Raises ConfigError if a name is not in the file or a column can neither be found nor guessed, and DataError if the
    file cannot be read.
    """
    name, format = named(path), format_of(path)
    if not isinstance(path, Given) and (
        fspath(path) == STDIN or Path(path).is_fifo()
    ):  # a shell's <(command) is a fifo
        raise ConfigError(f"{name} cannot be read twice, once for its columns; save it to a file")
    if format == "text" and (need_label or label or group or beside):
        raise ConfigError(f"{name}: plain text has no columns; give labelled rows as .csv, .tsv, .jsonl or .parquet")
    first = head(path, PEEK, encoding=encoding, format=format)
    names = column_names(first)
    given = [known(name, column, names) for column in (text, label, group, beside) if column is not None]
    found = None if soft is None else soft_columns(name, soft, names, need=need_soft)
    given += [found] if isinstance(found, str) else list((found or {}).values())
    for column in given:
        if given.count(column) > 1:
            raise ConfigError(f"{name}: column {quoted(column)} was named twice; {there_are(names)}")
    guessed = {}
    if text is None:
        free = [column for column in names if column not in given]
        likely = USUAL_TEXTS if features is None else (*USUAL_SERIES, *USUAL_TEXTS)
        text = guessed["text"] = _found(name, "text", usual(free, likely) or guess_text(first, free), names)
    if label is None and need_label:
        free = [column for column in names if column not in (*given, text)]
        label = usual(free, USUAL_LABELS) or (guess_label(first, free) if found is None else None)
        if label is not None or found is None:
            label = guessed["label"] = _found(name, "label", label, names)
    chosen = Columns(text, label, group, beside, features, found, separator)
    return chosen, "" if format == "text" else _announced(name, guessed)


def read(path: Table, columns: Columns, *, encoding: str = "utf-8") -> Iterator[Row]:
    """The rows of a file, one at a time, in constant memory.

    Labels and groups lose the spaces around them; JSON's numbers become labels as they are written (3 is "3").

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "reviews.csv"
    ...     _ = path.write_text('review,stars\\n"good,\\nvery",5\\ndull,1\\n')
    ...     for row in read(path, Columns("review", "stars", None)):
    ...         print(row[:4])
    ('good,\\nvery', '5', '', 2)
    ('dull', '1', '', 4)

    Raises ConfigError if the file lacks a column, and DataError with file and line for a row that is not as it should
    be: ragged, an open quote, no JSON object, a value that is no text (or no series of numbers), an empty label
    (unless rows can have several), a label that comes twice, a probability that is none.
    """
    format, features = format_of(path), columns.features
    soft_names = [columns.soft] if isinstance(columns.soft, str) else list((columns.soft or {}).values())
    wanted = [column for column in (*columns[:4], *soft_names) if column is not None]
    for line, record in records(path, encoding=encoding, format=format, only=wanted):
        soft = None
        if columns.soft is not None:
            soft = probabilities(record, columns.soft, place=at(path, line), separator=columns.separator)
        label = label_of(path, line, record, columns.label, format, soft=soft, separator=columns.separator)
        group = value(path, line, record, columns.group, format, short=True) if columns.group is not None else ""
        text, beside, features = _given(path, line, record, columns, format, features)
        yield Row(text, label, group, line, beside, soft)


def read_texts(
    path: Source,
    *,
    text: str | None = None,
    beside: str | None = None,
    features: int | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
) -> tuple[str, Iterator[tuple[int, str | tuple[str, str]]]]:
    """The texts of a file alone: the sentence that says what was guessed ("" if nothing was), and (line, text) pairs.

    path: a table, of which the text column is read; or plain text, or "-" (standard input), of which every line is a
        text, empty lines too.
    text: the text column; guessed as `columns` does where it is not given.
    beside: the column of a second text; then pairs of texts are given. features: as in `Columns`.
    format: "csv", "tsv", "jsonl", "parquet" or "text", where the ending does not say it.

    The source is read once, in constant memory, and no further ahead than the guess needs.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "lines.txt"
    ...     _ = path.write_text("one\\n\\nthree\\n")
    ...     announcement, texts = read_texts(path)
    ...     list(texts)
    [(1, 'one'), (2, ''), (3, 'three')]

    Raises what `columns` and `read` raise.
    """
    announcement, columns, rows = text_records(
        path, text=text, beside=beside, features=features, encoding=encoding, format=format
    )
    return announcement, texts_of(path, rows, columns, format=format)


def text_records(
    path: Source,
    *,
    text: str | None = None,
    beside: str | None = None,
    carry: Sequence[str] = (),
    features: int | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
) -> tuple[str, Columns, Iterator[tuple[int, Record]]]:
    """The sentence, the columns to read texts by, and the records of a file, for `texts_of`; as `read_texts`.

    carry: columns that are needed besides.

    Raises what `columns` raises.
    """
    name, chosen = named(path), format_of(path, format)
    options = {"text": [text], "beside": [beside], "keep": carry}
    for option, column in ((option, column) for option, some in options.items() for column in some):
        if chosen == "text" and column is not None:
            remedy = "leave --text out or name a table" if option == "text" else "name a table that has it"
            raise ConfigError(f"{name}: read as plain text, which has no column {column!r}; {remedy}")
    only = None if text is None else [*dict.fromkeys([text, *([] if beside is None else [beside]), *carry])]
    source = records(path, encoding=encoding, format=chosen, only=only)
    first = list(islice(source, 1))  # a pipe that trickles is answered line by line
    for column in carry:
        known(name, column, column_names(record for _, record in first))
    announcement = ""
    if chosen == "text":
        column = TEXT
    elif text is not None:
        column = known(name, text, column_names(record for _, record in first))
    else:
        likely = USUAL_TEXTS if features is None else (*USUAL_SERIES, *USUAL_TEXTS)
        found = usual(_without(column_names(record for _, record in first), beside), likely)
        if found is None:
            first += islice(source, PEEK - 1)
            names = _without(column_names(record for _, record in first), beside)
            found = usual(names, likely) or guess_text([record for _, record in first], names)
            found = _found(name, "text", found, names)
        column, announcement = found, _announced(name, {"text": found})
    return announcement, Columns(column, None, None, beside, features), chain(first, source)


def _without(names: list[str], beside: str | None) -> list[str]:
    return [name for name in names if name != beside]


def texts_of(
    path: Source, rows: Iterable[tuple[int, Record]], columns: Columns, *, format: str | None = None
) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """The (line, text) pairs of records, as `text_records` gives them. Raises what `read` raises."""
    features, chosen = columns.features, format_of(path, format)
    for line, record in rows:
        text, beside, features = _given(path, line, record, columns, chosen, features)
        yield line, text if beside is None else (text, beside)


def _given(
    path: Table, line: int, record: Record, columns: Columns, format: Format, features: int | None
) -> tuple[str, str | None, int | None]:
    """What a model reads of a record: its text or series, the text beside it, and the features of a series."""
    if features is not None:
        from atrous.data.series import series  # needs numpy, which who reads texts does without

        text, features = series(path, line, record, columns.text, features)
        return text, None, features
    text = value(path, line, record, columns.text, format, short=False)
    if columns.beside is None:
        return text, None, None
    return text, value(path, line, record, columns.beside, format, short=False), None


def _found(name: str, role: str, column: str | None, names: list[str]) -> str:
    if column is None:
        raise ConfigError(f"{name}: no column looks like the {role}; name it with --{role}: {there_are(names)}")
    return column


def _announced(name: str, guessed: dict[str, str]) -> str:
    if not guessed:
        return ""
    said = ", ".join(f"{role} = {quoted(column)}" for role, column in guessed.items())
    options = " and ".join(f"--{role}" for role in guessed)
    return f"{name}: {said} (guessed; {options} choose{'s' * (len(guessed) == 1)})"
