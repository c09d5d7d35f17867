"""The command that searches for settings: tune."""

from __future__ import annotations

import shlex
from typing import Annotated, Any

import typer

from atrous.cli import options
from atrous.cli.options import DeviceName
from atrous.cli.shown import STOPPED, prepare, say, say_json
from atrous.tuning import BEST, SETTINGS, TRIALS


def tune(
    data: options.Data,
    settings: options.Settings = None,
    dev: options.Dev = None,
    test: options.Test = None,
    encode: Annotated[
        str | None,
        typer.Option(
            "--encode",
            metavar="A,B,C",
            help="to choose from; else that of SETTINGS, or bag,ngram,tcn,bilstm,attention (taggers: idcnn for ngram)",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials", metavar="N", help="models to train; else 30, or as many as --minutes allow", show_default=False
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", metavar="N", help="stop then, with at least one model trained", show_default=False),
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
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="where the results go")] = "runs/tune",
    seed: options.Seed = None,
    set: options.Set = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on with a search that was stopped; of a finished one, --trials more")
    ] = False,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Search for the settings that score best on your texts.

    Each trial trains one model: which encoder, how wide and deep, which kernel, how much dropout, what rate. The first
    of each encoder is its preset; the next are drawn where the best ones were; those that fall behind are given up.
    What SETTINGS.toml and --set say stays as it is. Needs `pip install "atrous[tune]"`.

    \b
    Examples:
      atrous tune --data reviews.csv --minutes 10
      atrous tune my-settings.toml --data reviews.csv --trials 50 --out runs/tuned
      atrous tune --data reviews.csv --encode tcn,bilstm --set embed.name=words
      atrous tune --data train.conll --dev dev.conll --encode idcnn --set predict.name=crf
      atrous tune --data reviews.csv --minutes 10 --resume

    What was found goes to standard output, a line a trial to standard error; --out gets best.toml for `atrous train`,
    its model best/, trials.json, and journal.log, which is optuna's. Dev rows choose; test rows are read once, by the
    best. Ctrl-C keeps the trials that are done.
    """
    from atrous.data.asked import Asked
    from atrous.outputs import check_work
    from atrous.tuning.asked import wanted
    from atrous.tuning.goal import Goal
    from atrous.tuning.journal import library

    columns: dict[str, Any] = {
        "text": text, "label": label, "group": group, "beside": beside, "encoding": encoding, "max_steps": max_steps,
        "task": task, "tokens": tokens, "tags": tags,
    }  # fmt: skip
    asked = Asked(data, dev, test, settings, **columns, seed=seed, set=set or [])
    Goal(trials, minutes)
    for chosen in wanted(asked, encode):
        asked.look(chosen)
    check_work(out, force=force, resume=resume, marks=[TRIALS])
    library()
    place = prepare(device, threads)
    from atrous.comparing.commands import to_ask
    from atrous.tuning.search import tune
    from atrous.tuning.table import shown

    found = tune(
        data, dev=dev, test=test, settings=settings, encode=encode, trials=trials, minutes=minutes, **columns,
        seed=seed, set=set or [], out=out, device=place, resume=resume, force=force, quiet=quiet,
    )  # fmt: skip
    if json:
        say_json(found)
    else:
        given = [("--data", data), ("--dev", dev), ("--test", test)]
        files = " ".join(f"{name} {shlex.quote(path)}" for name, path in given if path is not None)
        say(
            shown(found),
            "",
            f"The settings are in {out}/{SETTINGS}, the model in {out}/{BEST}, the trials in {out}/{TRIALS}. Next:",
            f"  atrous train {shlex.quote(f'{out}/{SETTINGS}')} {files} --seed 1 --out runs/tuned",
            f"  {to_ask(chosen, f'{out}/{BEST}')}",
        )
    return STOPPED if found["interrupted"] else 0
