"""On what machine, by what plan, and the commands that do it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atrous.comparing.report.given import Race, sequence
from atrous.page.markup import Html, joined, section, tag, text
from atrous.page.words import NONE, counted, finite, whole

_COMMANDS = {
    "repeat": "Run this race again",
    "evaluate": "Score its best model on the test rows",
    "ask": "Ask the best model",
    "verify": "Prove that its readings agree (alone, padded, batched, streamed)",
}
_MACHINE = {
    "processor": "processor",
    "cores": "cores",
    "threads": "threads used",
    "device": "device",
    "system": "system",
    "python": "Python",
    "torch": "torch",
    "atrous": "atrous",
}


def repeat(race: Race) -> Html:
    """Everything that is needed to do it again."""
    commands, machine = race.part("commands"), race.part("machine")
    named = {**{name: said for name, said in _COMMANDS.items() if commands.get(name)}}
    named |= {str(name): str(name) for name in commands if name not in named and commands[name]}
    told = [
        joined([tag("p", text(f"{said}:")), tag("pre", tag("code", text(commands[name], 4000)))])
        for name, said in named.items()
    ]
    machines = {said: machine.get(name) for name, said in _MACHINE.items()}
    return section(
        "repeat",
        "To do it again",
        *told,
        tag("h3", text("The plan")),
        _list(_plan(race)),
        tag("h3", text("The data")),
        _list(_data(race)),
        tag("h3", text("The machine")),
        _list({name: value for name, value in machines.items() if value is not None}),
    )


def _plan(race: Race) -> dict[str, Any]:
    plan = race.part("plan")
    found: dict[str, Any] = {}
    if (budget := finite(plan.get("budget"))) is not None:
        found["budget"] = f"{whole(budget)} parameters of the encoder, embedding apart; widths are solved to meet it"
    if seeds := sequence(plan.get("seeds")):
        found["seeds"] = ", ".join(str(seed) for seed in seeds)
    if (rates := finite(plan.get("rates"))) is not None:
        found["search"] = f"{counted(int(rates), 'learning rate')} a model, judged on dev with the first seed"
    if (epochs := finite(plan.get("epochs"))) is not None:
        found["epochs"] = f"at most {whole(epochs)}"
    if (patience := finite(plan.get("patience"))) is not None:
        found["early stopping"] = (
            f"after {counted(int(patience), 'epoch')} that did not do better on dev; the best epoch is kept"
        )
    if (runs := finite(plan.get("runs"))) is not None:
        found["runs"] = whole(runs)
    if (minutes := finite(plan.get("minutes"))) is not None:
        found["time given"] = f"{minutes:g} minutes"
    if (estimate := finite(plan.get("estimate_minutes"))) is not None:
        found["time estimated"] = f"{estimate:.1f} minutes"
    if cut := [str(one) for one in sequence(plan.get("cut"))]:
        found["cut to fit the time"] = "; ".join(cut)
    spent = [
        value
        for one in race.entries
        for each in sequence(one.raw.get("seconds"))
        if (value := finite(each)) is not None
    ]
    if spent:
        found["time of the counted runs"] = f"{sum(spent) / 60:.1f} minutes"
    return found


def _data(race: Race) -> dict[str, Any]:
    data = race.part("data")
    found = {
        name: f"{whole(count)} rows"
        for name in ("train", "dev", "test")
        if (count := finite(data.get(name))) is not None
    }
    files, cut = data.get("files"), data.get("cut")
    for title, part in (("files", files), ("texts cut to the longest that are read", cut)):
        if isinstance(part, Mapping) and part:
            found[title] = "; ".join(f"{name}: {value}" for name, value in part.items() if value is not None)
    return found


def _list(pairs: Mapping[str, Any]) -> Html:
    if not pairs:
        return tag("p", text("Not recorded."))
    return tag(
        "dl",
        joined(
            [
                joined([tag("dt", text(name)), tag("dd", text(NONE if value is None else value, 1000))], "")
                for name, value in pairs.items()
            ]
        ),
    )
