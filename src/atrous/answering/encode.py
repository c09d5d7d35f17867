"""The vector of every text of a file of any length: in order, in constant memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from atrous.answering.files import ROWS, SIZE, Given, answered, windows
from atrous.answering.written import Vectors, Write, kind_of_file, lines, numpy_file, parquet_file, refuse_kept
from atrous.data.carried import Carried, read_carrying
from atrous.data.formats import at, format_of
from atrous.data.progress import Progress
from atrous.data.text import Source
from atrous.outputs import check, new_file

Encode = Callable[[Sequence[Given]], Vectors]


class Encoded(NamedTuple):
    """How many vectors were written, and how many numbers each has."""

    rows: int
    channels: int


def encode_file(
    encode: Encode,
    source: Source,
    out: Source | None = None,
    *,
    text: str | None = None,
    beside: str | None = None,
    keep: Sequence[str] = (),
    with_text: bool = True,
    features: int | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
    about: Mapping[str, Any] | None = None,
    force: bool = False,
    quiet: bool = False,
    rows: int = ROWS,
) -> Encoded:
    r"""Write the vector of every text of a file, in the order of the file.

    encode: the method of a Bundle, or any function from texts to as many vectors.
    source: plain lines, a table, JSON lines or Parquet, or "-"; text, beside, features, encoding and format as in
        `read_texts`.
    out: a file, which appears whole or not at all: .npy holds the vectors alone, .parquet the columns vector, text (and
        beside), and those kept. None is standard output: one JSON object a row.
    keep: columns of the source that go with the vectors, as text. with_text: whether the texts do.
    about: what a Parquet file is to say of its making.
    force: replace a file that is there. quiet: do not say on standard error what was guessed and how far it is.
    rows: rows that are read together, unless their texts come to 8 MiB before.

    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> def count(texts):
    ...     return np.array([[len(text), text.count("o")] for text in texts], np.float32)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "two.txt"
    ...     _ = path.write_text("one\nthree\n")
    ...     print(encode_file(count, path, path.with_name("vectors.npy")))
    ...     print(np.load(path.with_name("vectors.npy")).tolist())
    Encoded(rows=2, channels=2)
    [[3.0, 1.0], [5.0, 0.0]]

    Raises DataError and ConfigError as the readers do, ConfigError for a name of another ending or columns that cannot
    be written, and OutputExists.
    """
    names = _columns(out, keep, beside=beside, with_text=with_text)
    if out is not None:
        check(out, force=force)
    said, texts = read_carrying(
        source, keep, text=text, beside=beside, features=features, encoding=encoding, format=format
    )
    if said and not quiet:
        print(said, file=sys.stderr)
    read: list[Carried] = []  # and not encoded yet
    count = channels = 0
    to_screen = out is None and sys.stdout.isatty()
    with Progress(quiet=quiet or to_screen) as progress, opened(out, about or {}, force=force) as write:
        for window in windows(_noted(texts, read), rows=rows, size=SIZE):
            rows_read, read[:] = read[: len(window)], read[len(window) :]
            places = (at(source, line, format_of(source, format)) for line, _, _ in rows_read)
            some = iter(rows_read)
            for given, vectors in answered(encode, window, places):
                cells = [_cells(row, with_text=with_text) for row in islice(some, len(given))]
                write(vectors, dict(zip(names, zip(*cells, strict=True), strict=True)))
                count, channels = count + len(given), vectors.shape[1]
                progress.show(count)
    return Encoded(count, channels)


def _columns(out: Source | None, keep: Sequence[str], *, beside: str | None, with_text: bool) -> list[str]:
    """The names of the columns beside the vectors. Raises ConfigError if the file could not have them."""
    own = ["text", *(["beside"] if beside is not None else [])] if with_text else []
    refuse_kept(out, keep, own)
    return [*own, *keep]


def _noted(texts: Iterator[Carried], read: list[Carried]) -> Iterator[Given]:
    """The texts, each row being added to the list."""
    for row in texts:
        read.append(row)
        yield row[1]


def _cells(row: Carried, *, with_text: bool) -> tuple[str | None, ...]:
    _, given, kept = row
    return (*((given,) if isinstance(given, str) else given), *kept) if with_text else kept


@contextmanager
def opened(
    out: Source | None, about: Mapping[str, Any], *, force: bool, numbers: Sequence[str] = ()
) -> Iterator[Write]:
    """Standard output, or a file that takes its name at the end. numbers: the columns of whole numbers."""
    if out is None:
        yield lines(partial(print, end="", flush=True))
        return
    with new_file(out, force=force) as fresh:
        kind = kind_of_file(out)
        with numpy_file(fresh) if kind == ".npy" else parquet_file(fresh, about, numbers) as write:
            yield write
