"""The command that shows how far a model sees: field."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from atrous.cli import options
from atrous.cli.shown import say, say_json


def field(
    model: Annotated[
        str, typer.Argument(metavar="MODEL|SETTINGS|ENCODER", help="a model folder, a settings file or an encoder")
    ] = "tcn",
    steps: Annotated[
        int, typer.Option("--steps", metavar="N", min=1, help="tokens of the text whose operations are counted")
    ] = 100,
    set: options.Set = None,
    svg: Annotated[
        str | None, typer.Option("--svg", metavar="FILE", help="draw a picture into it, too", show_default=False)
    ] = None,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """Show how far a model sees and what it costs.

    The encoders are attention, bag, bigru, bilstm, birnn, conv, deep, dense, gated, gru, highway, hybrid, kmax, lstm,
    multiscale, ngram, residual, rnn, tcn, tdnn, unet and wavenet.

    \b
    Examples:
      atrous field runs/tcn
      atrous field tcn --set encode.depth=6 --steps 1000
      atrous field wavenet --svg wavenet.svg

    Of each layer there is its effective kernel, the tokens that it and all before it see, its stride, parameters and
    floating-point operations; then a drawing. Everything goes to standard output.
    """
    from atrous.draw import cone, field_json, field_table, top_level
    from atrous.outputs import check, new_file

    if svg is not None:
        check(svg, force=force)
    from atrous.instruments.field import survey

    rows, drawn = survey(model, steps=steps, set=set or [])
    if svg is not None:
        with new_file(svg, force=force) as fresh:
            fresh.write_text(drawn, encoding="utf-8")
    if json:
        say_json(field_json(rows))
        return
    width = shutil.get_terminal_size((100, 24)).columns
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    say(field_table(rows, steps=steps, width=width), "", cone(top_level(rows), width=width, plain=plain))
