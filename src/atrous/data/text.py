"""Reading text line by line, of any size, in any encoding. Every file that atrous reads as text is opened here."""

from __future__ import annotations

import codecs
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from atrous.errors import ConfigError, DataError, suggestion

Source = str | PathLike[str]

STDIN = "-"

_OPENERS: dict[str, Callable[..., object]] = {".gz": gzip.open, ".xz": lzma.open}
_BLOCK = 1 << 16  # bytes
_USUAL = (
    "utf-8",
    "utf-16",
    "utf-32",
    "latin-1",
    "cp1252",
    "cp1251",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "gb18030",
    "big5",
)


@runtime_checkable
class Blocks(Protocol):
    """Bytes that can be read as they come: a file, an archive, a pipe."""

    def read1(self, size: int, /) -> bytes:
        """Some bytes, at most so many; none at the end."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def named(path: Source) -> str:
    """The name of a source in messages: as the user wrote it.

    >>> named("reviews.csv"), named("-")
    ('reviews.csv', 'standard input')
    """
    return "standard input" if fspath(path) == STDIN else fspath(path)


def plain_name(path: Source) -> str:
    """The name of a file in lower case, without the ending that says how it is compressed.

    >>> plain_name("Reviews.CSV.gz"), plain_name("eng.conll")
    ('reviews.csv', 'eng.conll')
    """
    return fspath(path).lower().removesuffix(".gz").removesuffix(".xz")


def lines(path: Source, *, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    r"""Each line with its number, counted from 1, without its end.

    path: a file, `.gz` and `.xz` being decompressed on the way, or "-" for standard input.
    encoding: any text encoding that Python knows.

    A line ends in \n or \r\n and nowhere else: a form feed or a Unicode line separator is part of the text. A byte
    order mark at the start is dropped. Memory holds one block and one line, however large the file is.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "two.txt"
    ...     _ = path.write_bytes(b"one\r\ntwo\n")
    ...     list(lines(path))
    [(1, 'one'), (2, 'two')]

    Raises ConfigError if the encoding is unknown, and DataError if the file is missing, a folder, empty, damaged, or
    not in this encoding; then the message has the place as a byte counted from 0 (of what was decompressed).
    """
    number = 0
    pieces: list[str] = []  # of a line that no block has ended yet; joined once, so that a long line costs no square
    for block in decoded(path, encoding):
        first, *others = block.split("\n")
        pieces.append(first)
        for other in others:
            number += 1
            line = "".join(pieces)
            yield number, line[:-1] if line.endswith("\r") else line
            pieces = [other]
    last = "".join(pieces)
    if last:
        yield number + 1, last
    elif not number:
        raise DataError(f"{named(path)}: nothing in it; give a file that has at least one line")


def blocks(path: Source) -> Iterator[bytes]:
    """The bytes of a file, block by block, `.gz` and `.xz` being decompressed on the way.

    Raises DataError if the file is missing, a folder or damaged.
    """
    with opened(path) as file:
        while block := _block(file, named(path)):
            yield block


def decoded(path: Source, encoding: str) -> Iterator[str]:
    """The text as it comes, in blocks that may end anywhere, without its byte order mark.

    Raises what `lines` raises, but for an empty file.
    """
    decoder = _decoder(encoding)
    name, read, started = named(path), 0, False
    with opened(path) as file:
        while True:
            block = _block(file, name)
            read += len(block)
            try:
                text = decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                # The decoder names a place in what it held back from earlier blocks and this one together.
                offset = read - len(error.object) + error.start
                marked = not offset and error.object[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
                raise DataError(_undecodable(name, offset, encoding, marked)) from error
            except UnicodeError as error:
                raise DataError(f"{name}: {error}; name the file's encoding with --encoding") from error
            if text and not started:
                started, text = True, text.removeprefix("\ufeff")
            if text:
                yield text
            if not block:
                return


def _undecodable(name: str, offset: int, encoding: str, marked: bool) -> str:
    official = codecs.lookup(encoding).name
    example = "utf-16" if marked else "latin-1" if official == "utf-8" else "utf-8"
    shown = "UTF-8" if official == "utf-8" else encoding
    return (
        f"{name}: byte {offset} is not {shown}; name the file's encoding with --encoding, "
        f"for example --encoding {example}"
    )


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        found = codecs.lookup(encoding)
        # A codec that turns bytes into bytes, as "zip" does, is no encoding of text.
        if not getattr(found, "_is_text_encoding", True) or found.incrementaldecoder is None:
            raise LookupError(encoding)
    except (LookupError, ValueError) as error:  # ValueError: a null character in the name
        guess = suggestion(encoding.lower(), _USUAL)
        raise ConfigError(
            f"unknown encoding {encoding!r}{guess}; --encoding takes a name such as utf-8, utf-16, latin-1 or cp1252"
        ) from error
    return found.incrementaldecoder("strict")


@contextmanager
def opened(path: Source) -> Iterator[Blocks]:
    """The bytes of a file, decompressed, or of standard input, which stays open."""
    if fspath(path) == STDIN:
        yield cast(Blocks, sys.stdin.buffer)
        return
    name, ending = named(path), Path(path).suffix.lower()
    try:
        opened = cast(Blocks, _OPENERS.get(ending, open)(path, "rb"))
    except FileNotFoundError as error:
        raise DataError(f"{name}: no such file; check the path, which is read from {Path.cwd()}") from error
    except IsADirectoryError as error:
        raise DataError(f"{name}: a folder, not a file; name one file in it") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise DataError(f"{name}: cannot be opened ({_reason(error)}); check the path and its permissions") from error
    with closing(opened):
        yield opened


def _block(file: Blocks, name: str) -> bytes:
    """The next bytes, none at the end. `read1` returns what is there: a pipe is answered without waiting for 64 KB."""
    try:
        return file.read1(_BLOCK)
    except (gzip.BadGzipFile, lzma.LZMAError, zlib.error, EOFError) as error:
        raise DataError(
            f"{name}: damaged, cut short or not compressed as its ending says ({_reason(error)}); "
            "copy it again, or rename it if it is not compressed"
        ) from error
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({_reason(error)}); check the file and the disk it is on") from error


def _reason(error: Exception) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words.rstrip(".")
