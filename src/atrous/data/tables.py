"""Rows of text, label and group out of csv, tsv, JSON lines and plain text, read one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from os import fspath
from pathlib import Path
from typing import NamedTuple

from atrous.data.formats import TEXT, Number, Record, format_of, kind_of, records
from atrous.data.guess import (
    USUAL_LABELS,
    USUAL_TEXTS,
    column_names,
    guess_label,
    guess_text,
    known,
    there_are,
    usual,
)
from atrous.data.text import STDIN, Source, named
from atrous.errors import ConfigError, DataError

PEEK = 1000  # rows that a guess looks at


class Row(NamedTuple):
    """One example. label and group are "" where nobody asked for them; line is where the row begins in its file."""

    text: str
    label: str
    group: str
    line: int


class Columns(NamedTuple):
    """The columns a file is read by; None for what is not wanted."""

    text: str
    label: str | None
    group: str | None


def columns(
    path: Source,
    *,
    text: str | None = None,
    label: str | None = None,
    group: str | None = None,
    encoding: str = "utf-8",
    need_label: bool = True,
) -> tuple[Columns, str]:
    """The columns to read a file by, and one sentence that says which were guessed ("" if none was).

    text, label, group: the names the user gave. Without a name, text and label are guessed: by usual names (text,
        review, ...; label, class, ...), else from the first 1,000 rows, the longest values being the text and the
        fewest distinct values the label. A group is never guessed.
    need_label: whether a label is looked for where none was given.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "reviews.csv"
    ...     _ = path.write_text("review,stars\\ngood film,5\\ndull,1\\ngreat,5\\n")
    ...     found, announcement = columns(path)
    >>> found
    Columns(text='review', label='stars', group=None)

    Raises ConfigError if a name is not in the file or a column can neither be found nor guessed, and DataError if the
    file cannot be read.
    """
    name, format = named(path), format_of(path)
    if fspath(path) == STDIN or Path(path).is_fifo():  # a shell's <(command) is a fifo
        raise ConfigError(f"{name} cannot be read twice, once for its columns; save it to a file")
    if format == "text" and (need_label or label or group):
        raise ConfigError(f"{name}: plain text has no columns; give labelled rows as .csv, .tsv or .jsonl")
    with closing(records(path, encoding=encoding, format=format)) as source:
        head = [record for _, record in islice(source, PEEK)]
    names = column_names(head)
    given = [known(name, column, names) for column in (text, label, group) if column is not None]
    for column in given:
        if given.count(column) > 1:
            raise ConfigError(f"{name}: column {column!r} was named twice; {there_are(names)}")
    guessed = {}
    if text is None:
        free = [column for column in names if column not in given]
        text = guessed["text"] = _found(name, "text", usual(free, USUAL_TEXTS) or guess_text(head, free), names)
    if label is None and need_label:
        free = [column for column in names if column not in (*given, text)]
        label = guessed["label"] = _found(name, "label", usual(free, USUAL_LABELS) or guess_label(head, free), names)
    return Columns(text, label, group), "" if format == "text" else _announced(name, guessed)


def read(path: Source, columns: Columns, *, encoding: str = "utf-8") -> Iterator[Row]:
    """The rows of a file, one at a time, in constant memory.

    Labels and groups lose the spaces around them; JSON's numbers become labels as they are written (3 is "3").

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "reviews.csv"
    ...     _ = path.write_text('review,stars\\n"good,\\nvery",5\\ndull,1\\n')
    ...     for row in read(path, Columns("review", "stars", None)):
    ...         print(row)
    Row(text='good,\\nvery', label='5', group='', line=2)
    Row(text='dull', label='1', group='', line=4)

    Raises ConfigError if the file lacks a column, and DataError with file and line for a row that is not as it should
    be: ragged, an open quote, no JSON object, a value that is no text, an empty label.
    """
    name, format = named(path), format_of(path)
    for line, record in records(path, encoding=encoding, format=format):
        label = _value(name, line, record, columns.label, format, short=True) if columns.label is not None else ""
        if columns.label is not None and not label:
            raise DataError(
                f"{name} line {line}: the label in column {columns.label!r} is empty; give the row a label or remove it"
            )
        group = _value(name, line, record, columns.group, format, short=True) if columns.group is not None else ""
        yield Row(_value(name, line, record, columns.text, format, short=False), label, group, line)


def read_texts(
    path: Source, *, text: str | None = None, encoding: str = "utf-8", format: str | None = None
) -> tuple[str, Iterator[tuple[int, str]]]:
    """The texts of a file alone: the sentence that says what was guessed ("" if nothing was), and (line, text) pairs.

    path: a table, of which the text column is read; or plain text, or "-" (standard input), of which every line is a
        text, empty lines too.
    text: the text column; guessed as `columns` does where it is not given.
    format: "csv", "tsv", "jsonl" or "text", where the ending does not say it.

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
    name, chosen = named(path), format_of(path, format)
    if chosen == "text" and text is not None:
        raise ConfigError(f"{name}: read as plain text, which has no column {text!r}; leave --text out or name a table")
    source = records(path, encoding=encoding, format=chosen)
    head = list(islice(source, 1))  # a pipe that trickles is answered line by line
    announcement = ""
    if chosen == "text":
        column = TEXT
    elif text is not None:
        column = known(name, text, column_names(record for _, record in head))
    else:
        found = usual(column_names(record for _, record in head), USUAL_TEXTS)
        if found is None:
            head += islice(source, PEEK - 1)
            names = column_names(record for _, record in head)
            found = usual(names, USUAL_TEXTS) or guess_text([record for _, record in head], names)
            found = _found(name, "text", found, names)
        column, announcement = found, _announced(name, {"text": found})
    rows = chain(head, source)
    return announcement, ((line, _value(name, line, record, column, chosen, short=False)) for line, record in rows)


def _value(name: str, line: int, record: Record, column: str, format: str, *, short: bool) -> str:
    """The text in a column; a short one, a label or a group, may be a number and loses the spaces around it."""
    value = record.get(column)
    if column not in record:
        known(name if format != "jsonl" else f"{name} line {line}", column, list(record))
    if not isinstance(value, str) or (isinstance(value, Number) and not short):
        expected = "a text or a number" if short else "a text"
        raise DataError(
            f"{name} line {line}: expected {expected} in {column!r}, got {kind_of(value)}; put the value in quotes"
        )
    if format == "jsonl":
        value = _whole(value)
    return value.strip() if short else value


def _whole(text: str) -> str:
    r"""The text with U+FFFD for each lone surrogate (\ud83d) that JSON let through: no file could hold it."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _found(name: str, role: str, column: str | None, names: list[str]) -> str:
    if column is None:
        raise ConfigError(f"{name}: no column looks like the {role}; name it with --{role}: {there_are(names)}")
    return column


def _announced(name: str, guessed: dict[str, str]) -> str:
    if not guessed:
        return ""
    said = ", ".join(f"{role} = {column!r}" for role, column in guessed.items())
    options = " and ".join(f"--{role}" for role in guessed)
    return f"{name}: {said} (guessed; {options} choose{'s' * (len(guessed) == 1)})"
