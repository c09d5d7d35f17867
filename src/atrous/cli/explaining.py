"""The command that says why: explain."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atrous.cli import options
from atrous.cli.loading import loaded
from atrous.cli.options import DeviceName
from atrous.cli.shown import say, say_json
from atrous.errors import ConfigError, DataError

if TYPE_CHECKING:
    from atrous.bundle.trained import Bundle

ROWS = 5000  # of a file that is searched for n-grams
TOP = 10


class MethodName(StrEnum):
    """How a piece of a text gets its score."""

    both = "both"
    gradient = "gradient"
    occlusion = "occlusion"


def explain(
    model: options.Model,
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT|-", help="the text; - is standard input", show_default=False)
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", metavar="FILE", help="take the text out of a file", show_default=False)
    ] = None,
    line: Annotated[
        int | None,
        typer.Option(
            "--line", metavar="N", min=1, help="with --file: where its row begins; else its first", show_default=False
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="LABEL", help="explain this label, not the answer", show_default=False),
    ] = None,
    token: Annotated[
        int | None,
        typer.Option("--token", metavar="N", min=1, help="of a tagger: explain the tag of token N", show_default=False),
    ] = None,
    span: Annotated[
        str | None,
        typer.Option(
            "--span",
            metavar="LABEL",
            help="of a tagger: explain its most probable span of this label",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        MethodName | None, typer.Option("--method", help="how a piece gets its score; else both", show_default=False)
    ] = None,
    words: Annotated[bool, typer.Option("--words", help="whole words, also where the model reads letters")] = False,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="write a page with the colours, too", show_default=False),
    ] = None,
    ngrams: Annotated[
        str | None,
        typer.Option("--ngrams", metavar="DATA", help="what each filter looks for in these rows", show_default=False),
    ] = None,
    deconv: Annotated[bool, typer.Option("--deconv", help="project a filter's activation back to the text")] = False,
    filter: Annotated[
        int | None,
        typer.Option("--filter", metavar="K", min=0, help="with --ngrams or --deconv: this filter", show_default=False),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            "--top", metavar="N", min=1, help=f"pieces, or filters, that are listed; else {TOP}", show_default=False
        ),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows", metavar="N", min=1, help=f"with --ngrams: rows that are read; else {ROWS}", show_default=False
        ),
    ] = None,
    column: options.Text = None,
    beside: options.Beside = None,
    encoding: options.Encoding = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Colour what moved an answer, and show what the filters look for.

    Each token gets two scores, in nats of the label's log-odds: gradient x input, and what is lost when it is left out.
    Blue is for the label, orange against it; where there are no colours (a pipe, NO_COLOR) there are signs: [++for],
    [--against].

    \b
    Examples:
      atrous explain runs/tcn 'not a bad film'
      atrous explain runs/tcn 'not a bad film' --label neg --words --html why.html
      atrous explain runs/tcn --file reviews.csv --line 17
      atrous explain runs/tagger 'Ann Lee left Rome' --span PER       or --token 4, of a tagger
      atrous explain runs/ngram --ngrams reviews.csv
      atrous explain runs/ngram 'not a bad film' --deconv --filter 17

    Of a tagger the tags of one token or one span are explained: without --token and --span those of the most probable
    span, or of the token whose tag is least certain. There, a token is not left out but becomes an unknown one.

    --ngrams lists the filters that move the answers most, the label that each speaks for, and the n-grams of the rows
    at which it was most active. --deconv projects a filter's strongest activation back through the transposed
    convolutions, and says which tokens would drive it most. Everything goes to standard output.
    """
    from atrous.config.kept import kept
    from atrous.outputs import check

    settings = kept(model)
    _check_source(
        text, file, ngrams, {"line": line, "rows": rows, "text": column, "beside": beside, "encoding": encoding}
    )
    pieces = {
        "html": html, "label": label, "token": token, "span": span, "method": method, "words": words or None,
    }  # fmt: skip
    _check_mode(pieces, filter, top, ngrams=ngrams is not None, deconv=deconv)
    if html is not None:
        check(html, force=force, option=" with --html")
    named = {"text": column or settings.data.text, "beside": beside or settings.data.beside}
    series = settings.embed.name == "values"
    source = file or ngrams
    texts: list[Any] = []
    if source is not None:
        texts = _read(
            source, None if ngrams else line or 0, rows or ROWS, named, series, encoding or "utf-8", quiet=quiet
        )
    elif text == "-":
        from atrous.data.text import decoded

        texts = ["".join(decoded("-", encoding or "utf-8")).replace("\r\n", "\n").rstrip("\n")]
    else:
        texts = [text]
    if source is None and not (texts[0] or "").strip():
        raise DataError("the text is empty: give one that has a token")
    bundle = loaded(model, device, threads)
    if source is None and bundle.reader.two_texts:
        raise ConfigError(f"{model} reads two texts a row: name a file that has both, with --file FILE --beside COLUMN")
    if ngrams is not None and not deconv:
        _say_filters(bundle, texts, filter, top or TOP, json=json, quiet=quiet)
    elif deconv:
        _say_projection(bundle, texts, filter, json=json, quiet=quiet)
    else:
        found = bundle.explain(
            texts[0],
            method=(method or MethodName.both).value,
            label=label,
            words=words,
            token=token,
            span=span,
            quiet=quiet,
        )
        if html is not None:
            from atrous.draw.explained import page
            from atrous.outputs import new_file

            with new_file(html, force=force) as fresh:
                fresh.write_text(page(found), encoding="utf-8")
        if json:
            say_json(found.to_json())
            return
        from atrous.draw.coloured import coloured

        say(coloured(found, top=top or TOP, colour=_has_colours()))


def _check_source(text: str | None, file: str | None, ngrams: str | None, options: dict[str, Any]) -> None:
    """Refuse more than one text, and options that say how to read another kind of source."""
    given = [one for one in (text, file, ngrams) if one is not None]
    if len(given) != 1:
        what = "nothing" if not given else "more than one of them"
        raise ConfigError(f"explain needs a TEXT (- is standard input), --file FILE or --ngrams DATA, got {what}")
    if options["line"] is not None and file is None:
        raise ConfigError("--line goes with --file, whose line it is")
    if options["rows"] is not None and ngrams is None:
        raise ConfigError("--rows goes with --ngrams, whose rows they are")
    if text is not None:
        ours = ("text", "beside") if text == "-" else ("text", "beside", "encoding")
        if typed := [f"--{name}" for name in ours if options[name]]:
            raise ConfigError(f"{', '.join(typed)}: only for a file; give one with --file or --ngrams")


def _check_mode(pieces: dict[str, Any], filter: int | None, top: int | None, *, ngrams: bool, deconv: bool) -> None:
    """Refuse options of another question than the one that is asked."""
    if filter is not None and not (ngrams or deconv):
        raise ConfigError("--filter goes with --ngrams or --deconv: a text is explained by its pieces, not by a filter")
    for name, value in pieces.items():
        if value is not None and (ngrams or deconv):
            raise ConfigError(f"--{name} goes with the explanation of a text, not with --ngrams or --deconv")
    if top is not None and deconv:
        raise ConfigError("--top goes with lists of pieces or of filters: --deconv shows one filter, see --filter")


def _read(
    path: str, line: int | None, most: int, named: dict[str, Any], series: bool, encoding: str, *, quiet: bool
) -> list[Any]:
    """The text whose row begins in a line (0: the first one), or, for None, the first texts of a file."""
    from itertools import islice

    from atrous.data.formats import format_of
    from atrous.data.tables import read_texts
    from atrous.data.text import named as called

    if format_of(path) == "text":
        named = {**named, "text": None}
    said, texts = read_texts(path, **named, features=0 if series else None, encoding=encoding)
    if said and not quiet:
        print(said, file=sys.stderr)
    if line is None:
        return [text for _, text in islice(texts, most)]
    last = 0
    for last, text in texts:
        if line in (0, last):
            return [text]
        if last > line:
            break
    raise DataError(f"{called(path)}: no row begins in line {line}; name a line in which one does with --line")


def _has_colours() -> bool:
    """Whether standard output shows colours, and nobody asked for none (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _say_filters(bundle: Bundle, texts: list[Any], filter: int | None, top: int, *, json: bool, quiet: bool) -> None:
    from atrous.draw.filters import filters as drawn

    some = top if filter is None else [filter]
    found = [one.to_json() for one in bundle.ngrams(texts, filters=some, top=5 if filter is None else top, quiet=quiet)]
    if json:
        say_json({"rows": len(texts), "filters": found})
    else:
        say(drawn(found, rows=len(texts)))


def _say_projection(bundle: Bundle, texts: list[Any], filter: int | None, *, json: bool, quiet: bool) -> None:
    from atrous.draw.projection import projected
    from atrous.explaining.deconvolution import strongest

    number, place = strongest(bundle.model, bundle.reader, texts, filter=filter, quiet=quiet)
    found = bundle.deconvolve(texts[place], filter=number)
    if json:
        say_json(found.to_json())
    else:
        say(projected(found))
