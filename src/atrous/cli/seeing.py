"""The command that shows how far a model sees: field."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from atrous.cli import options
from atrous.cli.options import CostName, KindName
from atrous.cli.planned import Asked, planned
from atrous.cli.shown import say, say_json
from atrous.errors import ConfigError


def field(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL|SETTINGS|ENCODER",
            help="a model folder, a settings file or an encoder; else tcn",
            show_default=False,
        ),
    ] = None,
    cover: Annotated[
        int | None,
        typer.Option("--cover", metavar="N", min=1, help="plan a model that sees N steps", show_default=False),
    ] = None,
    steps: Annotated[
        int, typer.Option("--steps", metavar="N", min=1, help="tokens of the text whose operations are counted")
    ] = 100,
    set: options.Set = None,
    measure: Annotated[
        str | None,
        typer.Option("--measure", metavar="DATA", help="measure the gradient on labelled rows instead"),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option("--rows", metavar="N", min=1, help="rows of --measure to draw; else 256", show_default=False),
    ] = None,
    text: options.Text = None,
    label: options.Label = None,
    beside: options.Beside = None,
    encoding: options.Encoding = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", metavar="N", min=0, help="of what --measure draws: rows, steps; else 0", show_default=False
        ),
    ] = None,
    svg: Annotated[
        str | None, typer.Option("--svg", metavar="FILE", help="draw a picture into it, too", show_default=False)
    ] = None,
    channels: Annotated[
        int | None,
        typer.Option("--channels", metavar="C", min=1, help="how wide a plan is; else 64", show_default=False),
    ] = None,
    by: Annotated[
        CostName | None, typer.Option("--by", help="what a plan has least of; else parameters", show_default=False)
    ] = None,
    most_parameters: Annotated[
        int | None,
        typer.Option("--most-parameters", metavar="P", min=1, help="that a plan may have", show_default=False),
    ] = None,
    most_flops: Annotated[
        int | None,
        typer.Option("--most-flops", metavar="F", min=1, help="that a plan may take for --steps", show_default=False),
    ] = None,
    centred: Annotated[bool, typer.Option("--centred", help="plan to see ahead as far as back")] = False,
    kind: Annotated[
        KindName | None, typer.Option("--kind", help="the plan to take; else the cheapest", show_default=False)
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="write a plan's settings into it", show_default=False)
    ] = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Show how far a model sees and what it costs, or plan one that sees N steps.

    The encoders are attention, bag, bigru, bilstm, birnn, conv, deep, dense, gated, gru, highway, hybrid, idcnn, kmax,
    lstm, multiscale, ngram, residual, rnn, tcn, tdnn, unet and wavenet.

    \b
    Examples:
      atrous field runs/tcn
      atrous field tcn --set encode.depth=6 --steps 1000
      atrous field wavenet --svg wavenet.svg
      atrous field runs/tcn --measure reviews.csv
      atrous field --cover 200
      atrous field --cover 200 --most-parameters 70000 --kind dilated --out plan.toml
      atrous field --cover 1000 --by flops --steps 5000 --centred --svg plan.svg

    Of each layer there is its effective kernel, the tokens that it and all before it see, its stride, parameters and
    floating-point operations; then a drawing. With --measure it is what is used of that: how much of the gradient of
    an encoder step comes from each token around it, and how much of the loss' gradient reaches each layer, before and
    after training. Everything goes to standard output.

    With --cover N it plans instead, at once and without torch: the cheapest convolutions of which an output step sees N
    steps, its own included; plain, dilated and strided side by side. None leaves a hole in its window, takes a kernel
    above 9 or more than 30 levels. A strided plan answers every so many steps only. The settings of the cheapest plan,
    or of --kind, are printed, or written with --out FILE, and `atrous train FILE --data DATA` trains it.
    """
    columns = {"text": text, "label": label, "beside": beside, "encoding": encoding}
    words = {key: value for key, value in {"rows": rows, "seed": seed, **columns}.items() if value is not None}
    if words and measure is None:
        typed = ", ".join(f"--{word}" for word in words)
        raise ConfigError(f"{typed}: only for rows that are measured; add --measure DATA")
    asked = Asked(channels, by, most_parameters, most_flops, centred, kind, out)
    if cover is not None:
        if model is not None or measure is not None or set:
            word = model if model is not None else "--measure" if measure is not None else "--set"
            raise ConfigError(f"--cover plans a model of its own: leave out {word}; `atrous train` takes more settings")
        planned(cover, asked, steps=steps, svg=svg, force=force, json=json)
        return
    if plan := asked.given():
        raise ConfigError(f"{', '.join(plan)}: only for a plan; add --cover N, the steps that it is to see")
    if model is not None and not quiet:
        _say_which(model)
    if measure is not None:
        from atrous.cli.measured import show_measured

        show_measured(model or "tcn", measure, svg=svg, force=force, json=json, quiet=quiet, set=set or [], **words)
        return
    from atrous.draw import cone, field_json, field_table, growth_text, top_level
    from atrous.outputs import check, new_file

    if svg is not None:
        check(svg, force=force, option=" with --svg")
    from atrous.instruments.field import field as surveyed

    layers = surveyed(model or "tcn", steps=steps, set=set or [])
    if svg is not None:
        with new_file(svg, force=force) as fresh:
            fresh.write_text(layers.picture, encoding="utf-8")
    if json:
        say_json(field_json(layers))
        return
    width = shutil.get_terminal_size((100, 24)).columns
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    drawing = cone(top_level(layers), width=width, plain=plain)
    say(field_table(layers, steps=steps, width=width), "", drawing, "", growth_text(layers, width=width))


def _say_which(model: str) -> None:
    """Say that an encoder is meant where a folder has its name."""
    from atrous.config import ENCODE_SETTINGS

    if model in ENCODE_SETTINGS and Path(model).is_dir():
        print(f"{model} is the encoder of that name; ./{model} is the folder", file=sys.stderr)
