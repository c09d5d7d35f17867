"""More numbers than memory should hold: in memory while they are few, then in a file without a name."""

from __future__ import annotations

import tempfile
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from atrous.errors import DataError

HELD = 1 << 24  # bytes that stay in memory before there is a file
_BLOCK = 1 << 20  # bytes that are written together


class Spool:
    """Numbers of one type that are added piece by piece and read as one array, mapped into memory if they are many.

    shape: of one item; () for plain numbers.
    folder: where the file would be; None for the system's folder for temporary files.

    The file has no name where the system allows that, so that nothing stays behind, however the program ends; it goes
    when the last array that was read is gone.

    >>> spool = Spool(np.int32)
    >>> spool.add(np.array([3, 4], np.int32))
    >>> spool.add(np.array([5], np.int32))
    >>> spool.read()
    array([3, 4, 5], dtype=int32)

    Raises DataError, naming the folder, if the file cannot be written or mapped into memory.
    """

    def __init__(self, dtype: DTypeLike, *, shape: tuple[int, ...] = (), folder: PathLike[str] | None = None) -> None:
        self.dtype, self.shape = np.dtype(dtype), shape
        self._folder = Path(tempfile.gettempdir() if folder is None else folder)
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._written = 0

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._written + len(self._held)

    def add(self, values: NDArray[Any] | bytes) -> None:
        """Add items, or the bytes of some."""
        if not isinstance(values, bytes) and values.dtype != self.dtype:
            values = values.astype(self.dtype)
        self._held += values if isinstance(values, bytes) else values.tobytes()
        if len(self._held) > (HELD if self._file is None else _BLOCK):
            self._write()

    def read(self) -> NDArray[Any]:
        """All items, in one array that must not be written to. Nothing may be added after it."""
        if self._file is None:
            array, self._held = np.frombuffer(self._held, self.dtype).reshape(-1, *self.shape), bytearray()
            array.flags.writeable = False
            return array
        self._write()
        try:
            self._file.flush()
            mapped = np.memmap(self._file, self.dtype, "r").reshape(-1, *self.shape)
        except (OSError, MemoryError) as error:
            raise self._refused("mapped into memory", error) from error
        finally:
            self._file.close()
        return np.asarray(mapped)  # a plain array: slices of a memmap cost ten times as much

    def _write(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
            self._file.write(self._held)
        except OSError as error:
            raise self._refused("written", error) from error
        self._written += len(self._held)
        self._held.clear()

    def _refused(self, done: str, error: OSError | MemoryError) -> DataError:
        why = getattr(error, "strerror", None) or "not enough memory"
        return DataError(
            f"{self._folder}: {self.size:,} bytes of tokens cannot be {done} there ({why}); "
            "make room, or name a folder on another disk with --out or in TMPDIR"
        )
