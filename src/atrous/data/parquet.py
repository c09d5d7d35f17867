"""Parquet files as records, read in batches. The one reader that needs pyarrow, which it imports when it is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import fspath
from pathlib import Path
from typing import IO, Any, cast

from atrous.data.guess import known
from atrous.data.text import STDIN, Source, named, opened
from atrous.data.values import Records, plain
from atrous.errors import DataError, quoted

_BATCH = 500  # rows in memory together
_BUFFER = 1 << 16  # bytes of each column that are read ahead


def parquet_records(path: Source, *, only: Sequence[str] | None = None) -> Records:
    """Each row with its number, counted from 1; numbers as `Number`. Memory holds one batch of rows.

    only: the columns to read; None for all.

    >>> import tempfile, pyarrow, pyarrow.parquet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "reviews.parquet"
    ...     pyarrow.parquet.write_table(pyarrow.table({"text": ["good"], "stars": [5]}), path)
    ...     list(parquet_records(path))
    [(1, {'text': 'good', 'stars': '5'})]

    Raises DataError if the file is missing, damaged or holds no rows, with the row for a text that is not UTF-8, and
    ConfigError if it lacks a column.
    """
    name, number = named(path), 0
    with _table(path) as table:
        names = table.schema_arrow.names
        for column in names:
            if names.count(column) > 1:
                raise DataError(f"{name}: two columns are named {quoted(column)}; rename one of them")
        wanted = None if only is None else [known(name, column, names) for column in only]
        batches = table.iter_batches(_BATCH, columns=wanted, use_threads=False)
        while (batch := _next(batches, name, number)) is not None:
            columns = {column: _values(batch.column(column), name, column, number) for column in batch.schema.names}
            for place in range(batch.num_rows):
                number += 1
                yield number, {column: values[place] for column, values in columns.items()}
    if not number:
        raise DataError(f"{name}: no rows; give a file that has at least one")


def row_count(path: Source) -> int:
    """How many rows the file says it has. Raises what `parquet_records` raises for a file that cannot be opened."""
    with _table(path) as table:
        return int(table.metadata.num_rows)


@contextmanager
def _table(path: Source) -> Iterator[Any]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    name = named(path)
    if fspath(path) == STDIN or Path(path).is_fifo():
        raise DataError(f"{name}: Parquet is read from its end, and a pipe has none; save it to a file")
    if Path(path).suffix.lower() in (".gz", ".xz"):
        raise DataError(f"{name}: Parquet compresses its own columns and is not read through another; decompress it")
    with opened(path) as file:
        try:
            table = ParquetFile(cast(IO[bytes], file), pre_buffer=False, buffer_size=_BUFFER)
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise _damaged(name, "", error) from error
        with table:
            yield table


def _next(batches: Iterator[Any], name: str, before: int) -> Any:
    """The next batch; None at the end."""
    import pyarrow

    try:
        return next(batches, None)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise _damaged(name, f" after row {before}", error) from error


def _values(column: Any, name: str, title: str, before: int) -> list[Any]:
    try:
        return [plain(value) for value in column.to_pylist()]
    except UnicodeDecodeError as error:
        for place in range(len(column)):
            try:
                column[place].as_py()
            except UnicodeDecodeError:
                before += place + 1
                break
        raise DataError(
            f"{name} row {before}: the text in {quoted(title)} is not UTF-8; write the file again"
        ) from error


def _damaged(name: str, place: str, error: Exception) -> DataError:
    said = (str(error).splitlines() or [""])[0].rstrip(".")
    return DataError(f"{name}: damaged, cut short or not Parquet{place} ({said}); copy or write it again")
