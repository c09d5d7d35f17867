"""What to do with the answer: settings of a model that sees as much, and the commands that use them. No torch here."""

from __future__ import annotations

import shlex
from os import PathLike, fspath

from atrous.config import dump
from atrous.context import SETTINGS
from atrous.data.asked import Asked
from atrous.planning import cover

CHANNELS = 64


def settings_for(window: int, asked: Asked) -> str:
    """The settings of convolutions that see the window, as TOML that `atrous train` takes.

    Of the plans of `atrous.planning.cover` the smallest that keeps every step. The cheap model's rate and width
    were for the question, and are left out; what the user said of tokens and columns stays.

    >>> "dilations" in settings_for(15, Asked("reviews.csv", set=["embed=words"]))
    True
    """
    chosen = asked.chosen("conv")
    options = chosen.encode.options
    channels = options["channels"] if "channels" in chosen.encode.model_fields_set else CHANNELS
    centred = options["centred"] or chosen.task == "tag"
    plans = cover(window, channels=channels, centred=centred)
    plan = min((one for one in plans if one.kind != "strided"), key=lambda one: (one.parameters, one.layers))
    shape = {"channels": channels, "kernel": plan.kernel, "dilations": plan.dilations, "strides": plan.strides}
    shape |= {"centred": True} if centred else {}
    said = chosen.model_copy(update={"encode": chosen.encode.model_copy(update=shape)})
    return f"# What `atrous needs` found: a window of {window:,}. This model sees {plan.sees:,}.\n{dump(said)}"


def commands(window: int, asked: Asked, out: str) -> list[str]:
    """What to type next: plan it otherwise, or train it.

    >>> commands(15, Asked("my reviews.csv"), "runs/needs")[1]
    "atrous train runs/needs/settings.toml --data 'my reviews.csv'"
    """
    files = {name: fspath(file) for name, file in asked.tables.items() if isinstance(file, str | PathLike)}
    given = " ".join(f"--{name} {shlex.quote(path)}" for name, path in files.items())
    return [
        f"atrous field --cover {window} --out settings.toml",
        f"atrous train {shlex.quote(f'{out}/{SETTINGS}')} {given or '--data FILE'}",
    ]
