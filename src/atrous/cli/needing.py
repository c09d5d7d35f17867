"""The command that asks the data: needs."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated, Any

import typer

from atrous.cli import options
from atrous.cli.options import DeviceName
from atrous.cli.shown import prepare, say, say_json
from atrous.context import NEEDS, PAGE


def needs(
    data: options.Data,
    settings: options.Settings = None,
    dev: options.Dev = None,
    test: options.Test = None,
    most: Annotated[
        int | None,
        typer.Option(
            "--most",
            metavar="N",
            help="tokens of the largest window; else what holds the rows, but 255 at most",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="runs of each window")] = 3,
    margin: Annotated[
        float, typer.Option("--margin", metavar="X", help="difference of scores that is worth a larger window")
    ] = 0.005,
    rows: Annotated[
        int, typer.Option("--rows", metavar="N", help="rows learnt from at most, and so many chosen and judged by")
    ] = 10_000,
    task: options.Task = None,
    text: options.Text = None,
    label: options.Label = None,
    tokens: options.Tokens = None,
    tags: options.Tags = None,
    group: options.Group = None,
    beside: options.Beside = None,
    encoding: options.Encoding = None,
    max_steps: options.MaxSteps = None,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="where the results go")] = "runs/needs",
    seed: options.Seed = None,
    set: options.Set = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    resume: options.Resume = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Ask the data how much context they need.

    Trains one cheap model, convolutions whose dilation doubles, at windows of 1, 3, 7, 15, ... tokens, a few seeds
    each, and says from which window on a larger one is no better: by the margin, and by more than luck. SETTINGS.toml
    and --set say what a token is and how the model learns.

    \b
    Examples:
      atrous needs --data reviews.csv
      atrous needs --data reviews.csv --set embed=words --rows 2000
      atrous needs --data sensors.csv --set embed=values --most 127 --seeds 5
      atrous needs --data train.conll --dev dev.conll       around each token, before and after
      atrous needs --data reviews.csv --resume       after Ctrl-C or a kill: the same words once more, and --resume

    The curve and the answer go to standard output; --out gets needs.json, needs.html and settings.toml, a model that
    sees as much, for `atrous train`.
    """
    from atrous.context.next import commands
    from atrous.context.terms import Terms, cheap
    from atrous.data.asked import Asked
    from atrous.outputs import check_work

    words: dict[str, Any] = {
        "dev": dev, "test": test, "settings": settings, "text": text, "label": label, "group": group, "beside": beside,
        "encoding": encoding, "max_steps": max_steps, "seed": seed, "set": set or [],
        "task": task, "tokens": tokens, "tags": tags,
    }  # fmt: skip
    asked = Asked(data, **words)
    Terms(most, seeds, margin, rows)
    asked.look(cheap(asked))
    check_work(out, force=force, resume=resume, marks=[NEEDS])
    place = prepare(device, threads)
    from atrous.context.found import chart
    from atrous.context.search import needs
    from atrous.errors import ConfigError, NotFinite

    try:
        found = needs(
            data, **words, most=most, seeds=seeds, margin=margin, rows=rows, out=out, device=place, force=force,
            resume=resume, quiet=quiet,
        )  # fmt: skip
    except NotFinite as error:
        raise ConfigError(str(error)) from error
    if json:
        say_json(found.to_json())
        return
    width = shutil.get_terminal_size((100, 24)).columns
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    say(chart(found, width=width, plain=plain), "", *found.sentences, "", f"More is in {out}/{PAGE} and {out}/{NEEDS}.")
    if found.answer is not None:
        say("Next:", *(f"  {one}" for one in commands(found.answer, asked, out)))
