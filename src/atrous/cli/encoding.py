"""The command that gives the vectors of texts: encode."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from atrous.cli import options
from atrous.cli.loading import OnDemand, features_of, say_cut
from atrous.cli.options import DeviceName, FormatName
from atrous.cli.shown import say, say_json
from atrous.errors import ConfigError


def encode(
    model: options.Model,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="texts; - is standard input", show_default=False)] = "-",
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="a .parquet or .npy file", show_default=False)
    ] = None,
    text: options.Text = None,
    beside: options.Beside = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="COLUMN", help="a column of FILE to go along; may be repeated"),
    ] = None,
    without_text: Annotated[bool, typer.Option("--without-text", help="leave the texts out")] = False,
    unit_length: Annotated[
        bool, typer.Option("--unit-length", help="vectors of length 1: a product of two is their cosine")
    ] = False,
    format: Annotated[
        FormatName | None,
        typer.Option("--format", help="how FILE is written, if its name does not say it", show_default=False),
    ] = None,
    encoding: options.Encoding = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: Annotated[bool, typer.Option("--json", help="without --out, one JSON object a row")] = False,
) -> None:
    """Write the vector of every text of a file: what the model makes of it, before it chooses a label.

    FILE is read as `atrous predict` reads it. The vectors come in its order, and memory stays the same however long it
    is.

    \b
    Examples:
      atrous encode runs/tcn reviews.csv --out vectors.parquet --keep id --keep label
      atrous encode runs/tcn reviews.txt --out vectors.npy --unit-length
      echo 'what a film' | atrous encode runs/tcn --json
      atrous encode runs/tagger test.conll --out tokens.parquet      a vector a token

    A .parquet file has the columns vector (a list of as many float32 as the model has channels) and text, then those
    of --keep, as text; a .npy file is one float32 array, (rows, channels). The file appears when all is done. With
    --out, --json prints one object that says what was written.

    A tagger gives every token a vector, row after row; a .parquet file then has the columns row (from 1), token, start
    and end (characters of the row's text) beside it.

    A model's vectors were learnt to tell its labels apart: texts are near each other that it takes for alike.
    """
    from atrous.answering.encode import encode_file
    from atrous.answering.files import ROWS
    from atrous.answering.written import kind_of_file
    from atrous.config.kept import kept
    from atrous.data.formats import format_of

    if out is None and not json:
        raise ConfigError(
            "vectors are for files: name a .parquet or .npy file with --out, or take JSON lines with --json"
        )
    if out is not None:
        kind_of_file(out)
    named = None if format is None else format.value
    settings = kept(model)  # a folder that is none is refused before standard input is waited for
    if text is None and format_of(file, named) != "text":
        text = settings.data.text
    typed = file == "-" and sys.stdin is not None and sys.stdin.isatty()
    if typed and not quiet:
        print("Type a text and Enter; Ctrl-D ends.", file=sys.stderr)

    asked = OnDemand(model, device, threads)

    def vectors(texts: Sequence[str | tuple[str, ...]]) -> Any:
        return asked.reading(texts).encode(texts, unit_length=unit_length)

    about = {
        "model": model,
        "encode": settings.encode.name,
        "embed": settings.embed.name,
        "attend": settings.attend.name,
        "unit_length": unit_length,
    }
    how: dict[str, Any] = {
        "text": text, "keep": keep or [], "with_text": not without_text, "encoding": encoding or "utf-8",
        "format": named, "about": about, "force": force, "quiet": quiet, "rows": 1 if typed else ROWS,
    }  # fmt: skip
    if settings.task == "tag":
        from atrous.answering.encode_tokens import encode_tokens

        done = encode_tokens(vectors, lambda row: asked.reading([]).reader.cut(row), file, out, settings, **how)
    else:
        features = features_of(model) if settings.embed.name == "values" else None
        done = encode_file(vectors, file, out, beside=beside or settings.data.beside, features=features, **how)
    if asked.cut and not quiet:
        say_cut(asked.cut, done.rows, model)
    if out is not None and json:
        say_json({"out": out, **done._asdict()})
    elif out is not None:
        of = " rows, a vector a token," if settings.task == "tag" else " vectors"
        say(f"{out}: {done.rows:,}{of} of {done.channels:,} numbers")
