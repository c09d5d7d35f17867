"""The commands that end in a verdict over several models: demo, compare."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from atrous.cli import options
from atrous.cli.options import DeviceName
from atrous.cli.shown import STOPPED, prepare, say, say_json
from atrous.comparing import BEST, REPORT, RESULTS


def demo(
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="where the results go")] = "runs/demo",
    full: Annotated[
        bool, typer.Option("--full", help="nine encoders and a search of the learning rate, in about 20 minutes")
    ] = False,
    force: options.Force = False,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Run the main job on real text, in a few minutes.

    In which of 20 languages is a message? Trains five encoders side by side, 3 seeds each, prints which is best, how
    fast each is and how far each sees, keeps the best as a model folder, and classifies a few sentences with it.
    The texts come out of Django, which `pip install "atrous[demo]"` brings.

    \b
    Examples:
      atrous demo
      atrous demo --full --out runs/full

    The verdict and the table go to standard output; --out gets results.json, report.html, data/ and the best model,
    best/.
    """
    from atrous.outputs import check

    check(out, force=force, marks=[RESULTS])
    place = prepare(device, threads or 1)  # models this small gain nothing from a second core
    from atrous.comparing.demo import demo, shown

    results = demo(out, full=full, force=force, quiet=quiet, device=place)
    say_json(results) if json else say(shown(results, out))
    return STOPPED if results.get("interrupted") else 0


def compare(
    data: options.Data,
    settings: options.Settings = None,
    dev: options.Dev = None,
    test: options.Test = None,
    encode: Annotated[
        str | None,
        typer.Option(
            "--encode",
            metavar="A,B,C",
            help="the encoders; else bag,ngram,tcn,bilstm,attention, of taggers bag,tcn,idcnn,bilstm,attention",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        int, typer.Option("--budget", metavar="N", help="parameters of each encoder, which its width is solved for")
    ] = 100_000,
    rates: Annotated[
        int, typer.Option("--rates", metavar="N", help="learning rates tried around each preset; 1: the preset alone")
    ] = 3,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="runs of each encoder")] = 3,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes", metavar="N", help="cut the race to so much time, the same for all", show_default=False
        ),
    ] = None,
    task: options.Task = None,
    text: options.Text = None,
    label: options.Label = None,
    tokens: options.Tokens = None,
    tags: options.Tags = None,
    group: options.Group = None,
    beside: options.Beside = None,
    encoding: options.Encoding = None,
    max_steps: options.MaxSteps = None,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="where the results go")] = "runs/compare",
    seed: options.Seed = None,
    set: options.Set = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    resume: options.Resume = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Race several encoders on the same labelled texts, or tagged tokens.

    Says which is best and how sure that is, how fast each is and how far each sees. All get the same rows, tokens,
    embeddings, number of encoder parameters, search of the learning rate, early stopping and seeds; simple baselines
    and the ceiling stand beside them. How long it will take is said first.

    Ctrl-C reports the runs that are done. Whatever stops the race, what it takes to go on lies beside --out, in
    DIR.unfinished: the same command with --resume loses no finished run.

    \b
    Examples:
      atrous compare --data reviews.csv
      atrous compare --data reviews.csv --encode tcn,bilstm --seeds 5 --out runs/convolution-or-not
      atrous compare --data train.conll --encode idcnn,bilstm,bilstm+crf    taggers, one with a CRF
      atrous compare --data reviews.csv --minutes 30
      atrous compare --data reviews.csv --minutes 30 --resume

    The verdict and the table go to standard output; --out gets results.json, report.html, the best model, best/, and
    the record of every run, runs/.
    """
    from atrous.comparing.terms import Terms, entrants
    from atrous.data.asked import Asked
    from atrous.outputs import check_work

    words: dict[str, Any] = {
        "dev": dev, "test": test, "settings": settings, "text": text, "label": label, "group": group, "beside": beside,
        "encoding": encoding, "max_steps": max_steps, "seed": seed, "set": set or [],
        "task": task, "tokens": tokens, "tags": tags,
    }  # fmt: skip
    asked = Asked(data, **words)
    Terms(budget, rates, seeds, minutes)
    for chosen in entrants(asked, encode):
        asked.look(chosen)
    if chosen.embed.vectors is not None:
        from atrous.vectors import with_channels

        with_channels(chosen)
    check_work(out, force=force, resume=resume, marks=[RESULTS])
    place = prepare(device, threads)
    from atrous.comparing.commands import to_ask
    from atrous.comparing.race import compare
    from atrous.comparing.table import table

    results = compare(
        data, **words, encode=encode, budget=budget, rates=rates, seeds=seeds, minutes=minutes,
        out=out, device=place, force=force, resume=resume, quiet=quiet,
    )  # fmt: skip
    if json:
        say_json(results)
    else:
        say(table(results), "", f"The results are in {out}/{RESULTS}, and as a page in {out}/{REPORT}.")
        if results["best"] is not None:
            say(f"The best model is in {out}/{BEST}. Next:", f"  {to_ask(chosen, f'{out}/{BEST}')}")
    return STOPPED if results.get("interrupted") else 0
