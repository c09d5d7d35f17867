"""Data as records: csv, tsv, JSON lines, Parquet, plain lines and rows of Python become dictionaries, one at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from os import fspath
from pathlib import PurePath
from typing import Literal, NoReturn, get_args

from atrous.data.given import Given, Table
from atrous.data.parquet import parquet_records, row_count
from atrous.data.text import STDIN, Source, lines, plain_name
from atrous.data.text import named as path_named
from atrous.data.values import Number, Record, Records, kind_of
from atrous.errors import ConfigError, DataError, quoted

FileFormat = Literal["csv", "tsv", "jsonl", "parquet", "text"]
Format = Literal[FileFormat, "rows"]  # "rows" are those of Python
FORMATS: tuple[str, ...] = get_args(FileFormat)

TEXT = "text"  # the one column of a file of plain lines

_ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_DELIMITERS = {"csv": (",", "comma"), "tsv": ("\t", "tab")}


def named(data: Table) -> str:
    """What messages call a file, standard input, or the rows of Python.

    >>> named("reviews.csv"), named("-"), named(Given([], "data"))
    ('reviews.csv', 'standard input', 'data')
    """
    return data.name if isinstance(data, Given) else path_named(data)


def at(data: Table, number: int, format: Format | None = None) -> str:
    """What messages call a place in it: lines of files that have lines, rows of what has none.

    format: where the ending does not say it.

    >>> at("reviews.csv", 3), at("reviews.parquet", 3)
    ('reviews.csv line 3', 'reviews.parquet row 3')
    """
    return f"{named(data)} {'row' if (format or format_of(data)) in ('parquet', 'rows') else 'line'} {number}"


def format_of(path: Table, given: str | None = None) -> Format:
    """The format that was given, else what the ending before .gz or .xz says; "text" (plain lines) for all others.

    >>> format_of("reviews.csv.gz"), format_of("reviews.TSV"), format_of("-"), format_of("-", "jsonl")
    ('csv', 'tsv', 'text', 'jsonl')

    Raises ConfigError if the given format is unknown.
    """
    if given is not None:
        for format in get_args(FileFormat):
            if format == given:
                return format  # type: ignore[no-any-return]
        raise ConfigError(f"unknown format {given!r}; the formats are {', '.join(FORMATS)}")
    if isinstance(path, Given):
        return "rows"
    return "text" if fspath(path) == STDIN else _ENDINGS.get(PurePath(plain_name(path)).suffix, "text")


def records(data: Table, *, encoding: str, format: Format, only: Sequence[str] | None = None) -> Records:
    """Each record with its number, counted from 1: the line on which it begins, or the row where there are no lines.

    only: the columns that are wanted, where the format can leave out others unread.

    Values are texts in csv and tsv; else what JSON holds, numbers as `Number`. Columns keep their order. Blank lines
    hold no record, except in plain text, where every line is one.

    Raises DataError, with file and line, if a record is not as its format wants it, or if there is none.
    """
    if isinstance(data, Given):
        return data.records()
    if format == "parquet":
        return parquet_records(data, only=only)
    if format == "jsonl":
        return _json_lines(data, encoding)
    if format == "text":
        return ((line, {TEXT: text}) for line, text in lines(data, encoding=encoding))
    return _separated(data, encoding, *_DELIMITERS[format])


def head(data: Table, count: int, *, encoding: str, format: Format) -> list[Record]:
    """The first records. What can be read but once can still be read from its first row."""
    if isinstance(data, Given):
        return [record for _, record in data.head(count)]
    with closing(records(data, encoding=encoding, format=format)) as source:
        return [record for _, record in islice(source, count)]


def count_of(data: Table) -> int | None:
    """How many rows there are, where that is known without reading them.

    >>> count_of("reviews.csv"), count_of(Given([{}, {}], "data"))
    (None, 2)
    """
    if isinstance(data, Given):
        return data.count
    return row_count(data) if format_of(data) == "parquet" else None


def _separated(path: Source, encoding: str, delimiter: str, word: str) -> Records:
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))  # the default refuses texts above 131,072 characters
    name = named(path)
    reader = csv.reader((f"{line}\n" for _, line in lines(path, encoding=encoding)), delimiter=delimiter, strict=True)
    names: list[str] = []
    found = False
    while True:
        line = reader.line_num + 1  # where this record begins; after it, line_num is the line where it ends
        try:
            values = next(reader, None)
        except csv.Error as error:
            _refuse(name, line, reader.line_num, error)
        if values is None:
            break
        if not values or (len(names) > 1 and len(values) == 1 and not values[0].strip()):
            continue
        if not names:
            names = _header(name, line, values)
            continue
        if len(values) != len(names):
            many = f"quote a text that contains a {word}" if len(values) > len(names) else "fill in what is missing"
            raise DataError(f"{name} line {line}: expected {_columns(len(names))}, got {len(values)}; {many}")
        found = True
        yield line, dict(zip(names, values, strict=True))
    if not found:
        what = "only a header" if names else "only blank lines"
        raise DataError(f"{name}: {what}, no rows; give a file with a header and at least one row")


def _columns(count: int) -> str:
    return f"{count} column{'s' * (count != 1)}"


def _header(name: str, line: int, values: list[str]) -> list[str]:
    names = [value.strip() for value in values]
    for place, column in enumerate(names):
        if column and column in names[:place]:
            raise DataError(f"{name} line {line}: two columns are named {quoted(column)}; rename one of them")
    return names


def _refuse(name: str, line: int, noticed: int, error: csv.Error) -> NoReturn:
    """Say in our words what the csv module noticed; it names no line, and notices an open quote late."""
    if "unexpected end" in str(error):
        wrong = "a quote opens in this row and never closes; close it, or double a quote that belongs to the text"
    elif "expected after" in str(error):
        later = f" on line {noticed}" if noticed != line else ""
        wrong = f"text follows a closing quote{later}; double a quote that belongs to the text"
    elif "new-line" in str(error):
        wrong = "a carriage return stands within a row; end lines in \\n or \\r\\n, or quote the text it belongs to"
    else:
        wrong = f"{error}; correct this row"
    raise DataError(f"{name} line {line}: {wrong}") from error


def _not_a_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is not JSON")


def _json_lines(path: Source, encoding: str) -> Records:
    name, found = named(path), False
    decoder = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_not_a_number)
    for line, text in lines(path, encoding=encoding):
        if not text.strip():
            continue
        try:
            record = decoder.decode(text)
        except (ValueError, RecursionError) as error:
            wrong = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            if isinstance(error, json.JSONDecodeError):
                wrong = f"{error.msg} at column {error.colno}"
            raise DataError(f"{name} line {line}: not JSON ({wrong}); write one whole object a line") from error
        if not isinstance(record, dict):
            raise DataError(f"{name} line {line}: expected an object, got {kind_of(record)}; write one object a line")
        found = True
        yield line, record
    if not found:
        raise DataError(f"{name}: only blank lines; give a file with one JSON object a line")
