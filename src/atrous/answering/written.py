"""Vectors written as they come: a NumPy file, Parquet, or JSON lines. Memory does not grow with their number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from jaxtyping import Float32

from atrous.data.text import Source
from atrous.errors import ConfigError

Vectors = Float32[np.ndarray, "rows channels"]
Columns = Mapping[str, Sequence[Any]]  # of text, of None, or of whole numbers
Write = Callable[[Vectors, Columns], None]

VECTOR = "vector"  # the column of a Parquet file, and the key of an object
ABOUT = b"atrous"  # the key of what a Parquet file says of its making


def kind_of_file(out: Source) -> str:
    """ ".npy" or ".parquet", as the name ends. Raises ConfigError for any other.

    >>> kind_of_file("vectors.NPY")
    '.npy'
    """
    ending = PurePath(out).suffix.lower()
    if ending not in (".npy", ".parquet"):
        raise ConfigError(f"{out}: vectors are written as .parquet or .npy; name such a file with --out")
    return ending


def refuse_kept(out: Source | None, keep: Sequence[str], own: Sequence[str]) -> None:
    """Refuse columns that a file of vectors cannot have beside them.

    keep: columns of the source. own: the file's own columns beside the vectors.

    >>> refuse_kept("vectors.parquet", ["id"], ["text"])

    Raises ConfigError for any column of a .npy file, and for two of one name.
    """
    if out is not None and kind_of_file(out) == ".npy" and keep:
        raise ConfigError(f"{out}: a .npy file holds vectors alone; name a .parquet file to keep columns beside them")
    names = [VECTOR, *own, *keep]
    for column in keep:
        if names.count(column) > 1:
            raise ConfigError(f"--keep {column}: the file would have two columns of that name; leave it out")


def lines(put: Callable[[str], object]) -> Write:
    """One JSON object a row: the columns, then the vector. put: takes some whole lines at a time."""

    def write(vectors: Vectors, columns: Columns) -> None:
        said = []
        for row, vector in enumerate(vectors):
            named = {name: values[row] for name, values in columns.items()}
            # The shortest decimals that are the same number in float32.
            numbers = ", ".join(np.format_float_positional(one, trim="0") for one in vector)
            head = json.dumps(named, ensure_ascii=False)[1:-1]
            said.append("{" + head + ", " * bool(head) + f'"{VECTOR}": [{numbers}]}}\n')
        put("".join(said))

    return write


@contextmanager
def numpy_file(path: Path) -> Iterator[Write]:
    """A .npy file of all vectors, (rows, channels), float32. It has no columns."""
    with path.open("wb") as file:
        channels, rows = 0, 0

        def head() -> None:
            # numpy leaves room for the number of rows to grow, so that the head can be written again in its place.
            kind = {"descr": "<f4", "fortran_order": False, "shape": (rows, channels)}
            file.seek(0)
            np.lib.format.write_array_header_1_0(file, kind)

        def write(vectors: Vectors, _: Columns) -> None:
            nonlocal channels, rows
            if not rows:
                channels = vectors.shape[1]
                head()
            file.write(vectors.astype("<f4").tobytes())
            rows += len(vectors)

        yield write
        head()


@contextmanager
def parquet_file(path: Path, about: Mapping[str, Any], numbers: Sequence[str] = ()) -> Iterator[Write]:
    """A Parquet file: `vector`, a list of as many float32 as there are channels, then the columns.

    numbers: those that hold whole numbers; the others are of text.
    about: what the file says of its making, as JSON under the key "atrous"; the channels come to it.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    def kind(name: str) -> Any:
        return pa.int64() if name in numbers else pa.string()

    with path.open("wb") as file:
        writer: Any = None

        def write(vectors: Vectors, columns: Columns) -> None:
            nonlocal writer
            channels = vectors.shape[1]
            if writer is None:
                kinds = [(VECTOR, pa.list_(pa.float32(), channels)), *((name, kind(name)) for name in columns)]
                said = json.dumps({**about, "channels": channels}, ensure_ascii=False)
                # Floats hardly compress, and a dictionary of them would be as large as they are.
                writer = ParquetWriter(
                    file, pa.schema(kinds, metadata={ABOUT: said.encode()}), use_dictionary=[*columns]
                )
            floats = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), channels)
            others = [pa.array(values, kind(name)) for name, values in columns.items()]
            writer.write_table(pa.Table.from_arrays([floats, *others], schema=writer.schema))  # a row group of its own

        try:
            yield write
        finally:
            if writer is not None:
                writer.close()
