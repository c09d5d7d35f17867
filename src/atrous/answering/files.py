"""Answers to every text of a file of any length: in order, in constant memory."""

from __future__ import annotations

import csv
import gzip
import io
import json as json_module
import lzma
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from os import fspath
from pathlib import Path, PurePath
from typing import IO, Any, NamedTuple, TextIO, TypeVar, cast

from atrous.answering.shown import Shown, abstentions
from atrous.data.formats import at, format_of
from atrous.data.progress import Progress
from atrous.data.tables import read_texts
from atrous.data.text import STDIN, Source
from atrous.errors import ConfigError, DataError, InputError
from atrous.outputs import check, new_file
from atrous.runtime.readable import AnyAnswer

ROWS = 4096  # rows that are answered together, sorted by length ...
SIZE = 8 * 2**20  # ... unless their texts have so many bytes before

Given = str | tuple[str, ...]  # a text, or two, or the tokens of one
Predict = Callable[[Sequence[Given]], Sequence[AnyAnswer]]
Found = TypeVar("Found")


class Style(NamedTuple):
    """How answers are written: what comes first, and one row."""

    head: str
    row: Callable[[str, AnyAnswer], str]


def predict_file(
    predict: Predict,
    source: Source,
    out: Source | None = None,
    *,
    text: str | None = None,
    beside: str | None = None,
    features: int | None = None,
    encoding: str = "utf-8",
    format: str | None = None,
    json: bool = False,
    shown: Shown | None = None,
    force: bool = False,
    quiet: bool = False,
    rows: int = ROWS,
) -> int:
    r"""Answer every text of a file, in the order of the file, and return how many there were.

    predict: the method of a Bundle, or any function from texts to as many answers.
    source: plain lines, a table, JSON lines or Parquet, or "-"; text, beside, features,
        encoding and format as in `read_texts`.
    out: a file, which appears whole or not at all; None, or "-", is standard output, where the rows before a bad one
        stand. The name's ending says how it is written: .csv and .tsv with a header, .jsonl as objects with all
        probabilities, any other as on standard output; .gz or .xz after it compresses.
    json: on standard output one object a row, instead of label, probability and text with tabs between.
    shown: what of every answer; None: all of it where there are objects, label and probability where there are columns.
    force: replace a file that is there. quiet: do not say on standard error what was guessed and how far it is.
    rows: rows that are answered together, unless their texts come to 8 MiB before.

    >>> import tempfile
    >>> from atrous.runtime.readable import Answer
    >>> def shout(texts):
    ...     return [Answer(text.upper(), 1.0, {}) for text in texts]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "two.txt"
    ...     _ = path.write_text("one\ntwo\n")
    ...     number = predict_file(shout, path, Path(folder) / "answers.csv")
    ...     print(number, *(Path(folder) / "answers.csv").read_text().split())
    2 label,probability,text ONE,1.000000,one TWO,1.000000,two

    Raises DataError and ConfigError as the readers do, and OutputExists.
    """
    out = None if out is None or fspath(out) == STDIN else out
    shown = shown or Shown()
    style = style_of(out, json=json, shown=shown)
    if out is not None:
        check(out, force=force)
    said, texts = read_texts(source, text=text, beside=beside, features=features, encoding=encoding, format=format)
    if said and not quiet:
        print(said, file=sys.stderr)
    count = abstained = 0
    lines: list[int] = []  # of the texts that are read and not answered yet
    with Progress(quiet=quiet or (out is None and sys.stdout.isatty())) as progress, opened(out, force=force) as file:
        file.write(style.head)
        for window in windows(_noted(texts, lines), rows=rows, size=SIZE):
            places = (at(source, line, format_of(source, format)) for line in [*lines])
            del lines[: len(window)]
            for some, found in answered(predict, window, places):
                answers = [*map(shown.of, found)]
                file.write("".join(map(style.row, map(_first, some), answers)))
                file.flush()
                count += len(some)
                abstained += sum(not answer.label for answer in answers)
                progress.show(count)
    if shown.min_probability is not None and not quiet:
        print(abstentions(abstained, count), file=sys.stderr)
    return count


def _noted(texts: Iterator[tuple[int, Given]], lines: list[int]) -> Iterator[Given]:
    """The texts, the line of each being added to the list."""
    for line, text in texts:
        lines.append(line)
        yield text


def answered(
    predict: Callable[[Sequence[Given]], Found], window: Sequence[Given], places: Iterator[str]
) -> Iterator[tuple[Sequence[Given], Found]]:
    """Texts and their answers: all together; if one is refused, one by one up to it, which the message then names.

    predict: any function from texts to as many of anything. places: where each text stands, for the message.
    """
    try:
        found = predict(window)
    except DataError:
        pass
    else:
        yield window, found
        return
    for text, place in zip(window, places, strict=False):
        try:
            found = predict([text])
        except DataError as error:
            raise DataError(f"{place}: {error}") from error
        yield [text], found


def _first(given: Given) -> str:
    """What is shown of a row: its text, the first if there are two."""
    return given if isinstance(given, str) else given[0]


def windows(texts: Iterator[Given], *, rows: int, size: int) -> Iterator[list[Given]]:
    """The texts in lists of at most `rows`, and of fewer where they come to `size` bytes before.

    What was read before an error of the input is given before it is raised.

    >>> list(windows(iter(["a", "bcd", "e", "f"]), rows=3, size=4))
    [['a', 'bcd'], ['e', 'f']]
    """
    window: list[Given] = []
    held = 0
    try:
        for text in texts:
            window.append(text)
            held += sum(map(_size, (text,) if isinstance(text, str) else text))
            if len(window) >= rows or held >= size:
                yield window
                window, held = [], 0
    except InputError:
        if window:
            yield window
        raise
    if window:
        yield window


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def style_of(out: Source | None, *, json: bool, shown: Shown | None = None) -> Style:
    """How answers are written to standard output (None) or to a file of that name.

    Raises ConfigError if JSON is wanted in a file whose name says csv or tsv, or the name says Parquet.
    """
    shown = shown or Shown()
    format = "text" if out is None else format_of(out)
    if format == "jsonl":
        return Style("", lambda text, answer: _object({"text": text, **shown.value(answer)}))
    if format == "text" and json:
        return Style("", lambda _, answer: _object(shown.value(answer)))
    if format == "text":
        return Style("", lambda text, answer: _line((*shown.cells(answer), text)))
    if format == "parquet":
        raise ConfigError(f"{out}: answers are not written as Parquet; name a .csv, .tsv or .jsonl file with --out")
    if json:
        raise ConfigError(f"--json: {out} is to be a table, as its name says; name a .jsonl file, or leave --json out")
    delimiter = "," if format == "csv" else "\t"
    return Style(
        _separated((*shown.head, "text"), delimiter),
        lambda text, answer: _separated((*shown.cells(answer), text), delimiter),
    )


def _line(values: Sequence[str]) -> str:
    # Folded, so that a row stays a line and its columns stay columns.
    return "\t".join(" ".join(value.split()) for value in values) + "\n"


def _object(value: dict[str, Any]) -> str:
    return json_module.dumps(value, ensure_ascii=False) + "\n"


def _separated(values: Sequence[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(values)
    return line.getvalue()


@contextmanager
def opened(out: Source | None, *, force: bool) -> Iterator[TextIO]:
    """Standard output, or a file that takes its name at the end."""
    if out is None:
        yield sys.stdout
        return
    with new_file(out, force=force) as fresh, _compressed(fresh, PurePath(out).suffix.lower()) as file:
        yield file


@contextmanager
def _compressed(path: Path, ending: str) -> Iterator[TextIO]:
    with ExitStack() as stack:
        binary: IO[bytes] = stack.enter_context(path.open("wb"))
        if ending == ".gz":
            # Neither the name, which is for a moment only, nor the time: the same answers are the same bytes.
            binary = cast(IO[bytes], stack.enter_context(gzip.GzipFile("", "wb", fileobj=binary, mtime=0)))
        elif ending == ".xz":
            binary = cast(IO[bytes], stack.enter_context(lzma.LZMAFile(binary, "wb")))
        yield stack.enter_context(io.TextIOWrapper(binary, encoding="utf-8", newline=""))
