"""The vector of every token of a file of texts or of tokens: in order, in memory that does not grow with the file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from os import fspath
from typing import Any, NamedTuple

from atrous.answering.encode import Encode, Encoded, opened
from atrous.answering.files import ROWS, SIZE, Given, answered, windows
from atrous.answering.written import refuse_kept
from atrous.config import Settings
from atrous.data.carried import read_carrying
from atrous.data.formats import at, format_of
from atrous.data.given import table
from atrous.data.progress import Progress
from atrous.data.tagged.layout import is_tagged, layout
from atrous.data.tagged.read import read
from atrous.data.text import STDIN, Source
from atrous.errors import ConfigError
from atrous.outputs import check

NUMBERS = ("row", "start", "end")
_OWN = ("row", "token", "start", "end")

Cut = tuple[str, Sequence[str], Sequence[tuple[int, int]]]


class TokenRow(NamedTuple):
    """A row to be read: where it begins in its file, what a model takes, its columns that go along, and where its
    tokens stand in its text, None where the model cuts it itself.
    """

    line: int
    given: Given
    kept: tuple[str | None, ...] = ()
    offsets: Sequence[tuple[int, int]] | None = None


def token_rows(
    source: Source,
    keep: Sequence[str],
    settings: Settings,
    *,
    text: str | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
) -> tuple[str, Iterator[TokenRow]]:
    """The rows of a file of tagged tokens, or of texts that the model cuts, and the sentence on what was guessed.

    Raises DataError and ConfigError as the readers do, and ConfigError for columns to keep of tagged tokens.
    """
    if format is not None or not _tagged(source):
        said, texts = read_carrying(source, keep, text=text, encoding=encoding, format=format)
        return said, (TokenRow(*one) for one in texts)
    if keep:
        raise ConfigError(f"--keep {keep[0]}: a file of tagged tokens has no columns of whole rows; leave it out")
    data = settings.data.model_copy(update={"encoding": encoding})
    found, said = layout(table(source, "data"), settings.model_copy(update={"data": data}), need_tags=False)
    rows = read(table(source, "data"), found)
    return said, (TokenRow(row.line, row.tokens or (), (), row.offsets) for row in rows)


def _tagged(source: Source) -> bool:
    return fspath(source) != STDIN and is_tagged(table(source, "data"))


def encode_tokens(
    encode: Encode,
    cut: Callable[[Any], Cut],
    source: Source,
    out: Source | None,
    settings: Settings,
    *,
    text: str | None = None,
    keep: Sequence[str] = (),
    with_text: bool = True,
    encoding: str = "utf-8",
    format: str | None = None,
    about: Mapping[str, Any] | None = None,
    force: bool = False,
    quiet: bool = False,
    rows: int = ROWS,
) -> Encoded:
    """Write the vector of every token, row after row, as `atrous.answering.encode.encode_file` writes those of texts.

    encode: the method of a Bundle that is a tagger: (tokens of all rows, channels). cut: that of its reader.
    out: beside each vector stand the number of its row, from 1, the token (unless `with_text` is False), and its first
        character in the row's text and the one after its last; then the columns that are kept.

    Returns how many rows, not tokens, were read. Raises what `encode_file` raises.
    """
    refuse_kept(out, keep, _OWN)
    if out is not None:
        check(out, force=force)
    said, read_rows = token_rows(source, keep, settings, text=text, encoding=encoding, format=format)
    if said and not quiet:
        print(said, file=sys.stderr)
    names = [name for name in _OWN if with_text or name != "token"] + [*keep]
    pending: list[TokenRow] = []  # read, and not encoded yet
    count = channels = 0
    most = settings.data.max_steps
    kind = "text" if format is None and _tagged(source) else format_of(source, format)

    def noted() -> Iterator[Any]:
        for row in read_rows:
            pending.append(row)
            yield row.given

    to_screen = out is None and sys.stdout.isatty()
    with (
        Progress(quiet=quiet or to_screen) as progress,
        opened(out, about or {}, force=force, numbers=NUMBERS) as write,
    ):
        for window in windows(noted(), rows=rows, size=SIZE):
            some, pending[:] = pending[: len(window)], pending[len(window) :]
            each = iter(some)
            for given, vectors in answered(encode, window, (at(source, row.line, kind) for row in some)):
                cells: list[tuple[Any, ...]] = []
                for row in islice(each, len(given)):
                    count += 1
                    _, tokens, own = cut(row.given)
                    places = own if row.offsets is None else row.offsets
                    for token, (start, end) in list(zip(tokens, places, strict=True))[:most]:
                        cells.append((count, *[token] * with_text, start, end, *row.kept))
                if cells:
                    write(vectors, dict(zip(names, zip(*cells, strict=True), strict=True)))
                channels = vectors.shape[1]
                progress.show(count)
    return Encoded(count, channels)
