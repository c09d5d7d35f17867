"""What to type: to run a race again, and to ask, check and judge its best model. No torch here."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from os import PathLike, fspath
from typing import Any

from atrous.comparing import BEST
from atrous.comparing.terms import Terms
from atrous.config import Settings
from atrous.data.asked import Asked
from atrous.data.text import Source

_OF_ROWS = ("task", "text", "label", "tokens", "tags", "group", "beside", "encoding", "max_steps", "seed")


def to_ask(settings: Settings, folder: str) -> str:
    """The command that asks a trained model something, with a row of the kind it reads.

    >>> from atrous.config import load
    >>> to_ask(load(), "runs/tcn"), to_ask(load(None, ["embed.name=values"]), "runs/tcn")
    ("echo 'a text' | atrous predict runs/tcn", "echo '1.5 ? 2' | atrous predict runs/tcn")
    >>> to_ask(load(data={"beside": "german"}), "runs/tcn")
    'atrous predict runs/tcn FILE'
    """
    command = f"atrous predict {shlex.quote(folder)}"
    if settings.data.beside is not None:
        return f"{command} FILE"  # two columns
    features = "1.5 ? 2" if settings.embed.name == "values" else "a text"
    return f"echo '{features}' | {command}"


def to_repeat(asked: Asked, encode: Sequence[str], terms: Terms, out: Source | None) -> str:
    """The command that runs the same race; in Python where its rows came from there.

    >>> print(to_repeat(Asked("my reviews.csv", set=["train.epochs=5"]), ["bag", "tcn"], Terms(), "runs/race"))
    atrous compare --data 'my reviews.csv' --encode bag,tcn --budget 100000 --rates 3 --seeds 3 \
--set train.epochs=5 --out runs/race
    >>> print(to_repeat(Asked([{"text": "good"}]), ["bag"], Terms(), None))
    atrous.compare(data, encode='bag', budget=100000, rates=3, seeds=3)
    """
    of_race: dict[str, Any] = {
        "encode": ",".join(encode), "budget": terms.budget, "rates": terms.rates, "seeds": terms.seeds,
    }  # fmt: skip
    of_race |= {} if terms.minutes is None else {"minutes": terms.minutes}
    of_race |= {name: getattr(asked, name) for name in _OF_ROWS if getattr(asked, name) is not None}
    files = {name: table for name, table in asked.tables.items() if isinstance(table, str | PathLike)}
    if len(files) < len(asked.tables):
        named = {**({} if asked.settings is None else {"settings": fspath(asked.settings)}), **of_race}
        named |= {"set": list(asked.set)} if asked.set else {}
        named |= {} if out is None else {"out": fspath(out)}
        rows = "".join(f", {name}={name}" for name in asked.tables if name != "data")
        return f"atrous.compare(data{rows}, {', '.join(f'{name}={value!r}' for name, value in named.items())})"
    words = ["atrous", "compare", *([] if asked.settings is None else [fspath(asked.settings)])]
    for name, value in {**{name: fspath(file) for name, file in files.items()}, **of_race}.items():
        words += [f"--{name.replace('_', '-')}", f"{value:g}" if isinstance(value, float) else str(value)]
    for override in asked.set:
        words += ["--set", override]
    return shlex.join([*words, *([] if out is None else ["--out", fspath(out)])])


def commands(repeat: str, settings: Settings, out: Source | None, *, data: str = "FILE") -> dict[str, str]:
    """What to type, by what it does: repeat, and where a folder keeps the best model, ask, verify and evaluate.

    data: a file that the best model was not trained on, if there is one.

    >>> from atrous.config import load
    >>> commands("atrous demo", load(), "runs/demo", data="test.csv")["evaluate"]
    'atrous evaluate runs/demo/best test.csv'
    """
    if out is None:
        return {"repeat": repeat}
    best = f"{fspath(out).rstrip('/')}/{BEST}"
    return {
        "repeat": repeat,
        "ask": to_ask(settings, best),
        "verify": f"atrous verify {shlex.quote(best)}",
        "evaluate": f"atrous evaluate {shlex.quote(best)} {shlex.quote(data)}",
    }
