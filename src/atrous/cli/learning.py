"""The commands that lead to one model: data, train."""

from __future__ import annotations

import shlex
from typing import Annotated, Any

import typer

from atrous.cli import options
from atrous.cli.options import DeviceName
from atrous.cli.shown import STOPPED, prepare, say, say_json, scored
from atrous.errors import ConfigError

ROLES = ("data", "dev", "test")
ENCODERS = (
    "attention, bag, bigru, bilstm, birnn, conv, deep, dense, gated, gru, highway, hybrid, idcnn, kmax, lstm, "
    "multiscale, ngram, residual, rnn, tcn, tdnn, unet or wavenet"
)


def data(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="a data set; without it, all are listed", show_default=False)
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="where its files go; else a folder of its name")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            "--length", metavar="N", help="of dependency: words a label depends on; else 8", show_default=False
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="of dependency: other rows; else 0", show_default=False)
    ] = None,
    force: options.Force = False,
    json: options.Json = False,
) -> None:
    """List the example data there is, or write one data set.

    It is real, and comes out of packages that are installed anyway, or it is made here; nothing is downloaded.

    \b
    Examples:
      atrous data
      atrous data languages --out data/languages
      atrous data dependency --length 64 --out data/needs-64
      atrous data ner-ja --out data/ner-ja

    Writes a train, a dev and a test file into --out.
    """
    from atrous.data.packaged import advice, describe, example_data, files_of

    if name is None:
        words = {"out": out, "length": length, "seed": seed, "force": force or None}
        if typed := [f"--{word}" for word, value in words.items() if value is not None]:
            raise ConfigError(f"{', '.join(typed)}: only for a data set; name one, such as dependency")
        found = describe()
        width = max(len(one) for one, _ in found)
        say_json(dict(found)) if json else say(*(f"{one:<{width}}  {what}" for one, what in found))
        return
    folder = example_data(name, out or name, force=force, length=length, seed=seed)
    files = {path.partition(".")[0]: str(folder / path) for path in files_of(name)}
    if json:
        say_json({"folder": str(folder), "files": files})
        return
    given = " ".join(f"--{role} {shlex.quote(path)}" for role, path in zip(ROLES, files.values(), strict=True))
    say(*files.values(), "", "Next:", f"  atrous train {given} {advice(name)}".rstrip())


def train(
    data: options.Data,
    settings: options.Settings = None,
    dev: options.Dev = None,
    test: options.Test = None,
    encode: Annotated[
        str | None, typer.Option("--encode", metavar="NAME", help=f"{ENCODERS}; else tcn", show_default=False)
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
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="the model folder; else runs/ENCODER", show_default=False)
    ] = None,
    resume: options.Resume = False,
    init: options.Init = None,
    seed: options.Seed = None,
    set: options.Set = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    precision: options.Precision = "32",
    logger: options.Logger = None,
    watch_gradients: options.WatchGradients = False,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Train one model on a file of labelled texts, or of tagged tokens.

    Without --dev and --test one row in ten each is held out, by a hash of the text, so that no text is on two sides.
    Ctrl-C keeps the best model so far. A run that was stopped, even by kill -9, goes on with --resume and ends with the
    model that it would have ended with, bit for bit.

    \b
    Examples:
      atrous train --data reviews.csv
      atrous train --data reviews.csv --text review --label stars --encode bilstm --out runs/stars
      atrous train my-settings.toml --data reviews.csv --set train.epochs=20
      atrous train --data reviews.csv --resume       the same words once more, and --resume
      atrous train --data new.csv --init runs/tcn --out runs/new --set train.rate=0.001
      atrous train --data train.conll --dev dev.conll --test test.conll --encode bilstm    a tag a token
      torchrun --nproc-per-node 2 -m atrous train --data reviews.csv

    The model goes to --out; its scores on the test rows and the next command to standard output.
    """
    from atrous.config.kept import SETTINGS, kept
    from atrous.config.taken import taken_over
    from atrous.data.asked import Asked
    from atrous.outputs import check_work, is_finished
    from atrous.runtime.processes import processes

    words: dict[str, Any] = {
        "dev": dev, "test": test, "settings": settings, "text": text, "label": label, "group": group, "beside": beside,
        "encoding": encoding, "max_steps": max_steps, "seed": seed, "set": set or [],
        "task": task, "tokens": tokens, "tags": tags,
    }  # fmt: skip
    asked = Asked(data, **words)
    chosen = asked.chosen(encode)
    if init is not None:
        chosen = taken_over(chosen, kept(init), init)
    elif chosen.embed.vectors is not None:
        from atrous.vectors import with_channels

        with_channels(chosen)
    asked.look(chosen)
    out = out or f"runs/{chosen.encode.name}"
    own = processes()
    if own.first:
        check_work(out, force=force, resume=resume, marks=[SETTINGS])
    place = prepare(device, threads)
    from atrous.comparing.commands import to_ask
    from atrous.training.run import train

    bundle = train(
        data, **words, encode=encode, out=out, resume=resume, init=init, device=place, precision=precision,
        logger=logger, watch_gradients=watch_gradients, force=force, quiet=quiet,
    )  # fmt: skip
    scores, window = bundle.scores, bundle.window
    if not own.first:
        pass
    elif json:
        about = {"encode": bundle.settings.encode.name, "folder": out, "window": window.to_json()}
        say_json({**about, "parameters": bundle.model.cost.parameters, **scores})
    else:
        held = scores["test"]
        stopped = "Stopped by Ctrl-C; this is the best model up to then, and the same command with --resume goes on. "
        say(
            f"{stopped * scores['interrupted']}Test {scored(held, loss=False)}.",
            f"One step of the encoder sees {window}, in {bundle.settings.embed.name}.",
            f"The model is in {out}. Next:",
            f"  {to_ask(bundle.settings, out)}",
        )
    return STOPPED if scores["interrupted"] and not is_finished(out, marks=[SETTINGS]) else 0
