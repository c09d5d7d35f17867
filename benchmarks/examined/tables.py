"""What was found, as the tables of docs/questions.md: each a function of the results kept."""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from atrous.comparing.verdict import gap

from .gradients import reach

RESULTS = Path(__file__).parent.parent / "results"
KEPT = {"TREC": "race_trec.json", "languages": "demo_full.json"}  # races that other pages tell of


def kept(name: str) -> dict[str, Any]:
    """The results of a race that was kept."""
    found: dict[str, Any] = json.loads((RESULTS / name).read_text(encoding="utf-8"))
    return found


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table.

    >>> print(table(["a", "b"], [["c", 1]]))
    | a | b |
    | --- | --- |
    | c | 1 |
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def score(entry: Mapping[str, Any], digits: int = 3) -> str:
    """The mean over the seeds ± their standard deviation; and how many failed.

    >>> score({"mean": 0.9, "sd": 0.01, "failed_seeds": 1, "scores": [0.89, 0.91]})
    '0.900 ± 0.010, 1 failed'
    """
    failed = f", {entry['failed_seeds']} failed" if entry["failed_seeds"] else ""
    if entry["mean"] is None:
        return f"no seed ended{failed}"
    spread = "" if entry["sd"] is None else f" ± {entry['sd']:.{digits}f}"
    return f"{entry['mean']:.{digits}f}{spread}{failed}"


def solved(entry: Mapping[str, Any]) -> str:
    """The mean accuracy, and how many of the seeds learnt all there is."""
    seeds = len(entry["scores"]) + entry["failed_seeds"]
    failed = f", {entry['failed_seeds']} failed" if entry["failed_seeds"] else ""
    mean = "–" if entry["mean"] is None else f"{entry['mean']:.3f}"
    return f"{mean} ({entry['solved']} of {seeds}{failed})"


def points(difference: float) -> str:
    """A difference of two shares, in points with its sign."""
    return f"{100 * difference + 0:+.1f}"


def count(number: float) -> str:
    """A large number, short.

    >>> count(24_576_000), count(1234), count(75_200)
    ('24.6 M', '1,234', '75.2 k')
    """
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            return f"{number / (1e3 if unit == 'k' else size):.1f} {unit}"
    return f"{number:,.0f}"


def against(results: dict[str, Any], one: str, other: str) -> str:
    """By how many points one model is above another, and the interval."""
    models = {model["name"]: model for model in results["models"]}
    found = gap(results, models, one, other)
    return f"{points(found.difference)} ({points(found.low or 0)} to {points(found.high or 0)})"


def joined_order(found: dict[str, Any]) -> str:
    order, models = found["order"], found["order"]["models"]
    rows = [
        [f"`{name}`", one["sees"], f"{one['encoder_parameters']:,}", score(one), one["solved"], f"{one['rate']:g}"]
        for name, one in models.items()
    ]
    about = (
        f"{order['steps']} tokens, the two patterns {order['near']} or more apart, {order['run_steps']} steps of 32 "
        f"rows at most; guessing gives {order['chance']:g}."
    )
    return table(["encoder", "sees", "parameters", "accuracy", "seeds that learnt it", "rate"], rows) + f"\n\n{about}"


def joined_texts(found: dict[str, Any]) -> str:
    rows = []
    races = {"reviews": found["reviews"], **{name: kept(path) for name, path in KEPT.items()}}
    names = ("ngram", "tcn", "gru", "lstm", "bilstm", "hybrid")
    for name in names:
        row = [f"`{name}`"]
        for race in races.values():
            one = next((model for model in race["models"] if model["name"] == name), None)
            row.append("" if one is None else score(one))
            row.append("" if one is None or name == "hybrid" else against(race, "hybrid", name))
        rows.append(row)
    heads = ["encoder"]
    for race in races:
        heads += [f"{race}: accuracy", "`hybrid` against it, points"]
    return table(heads, rows)


def joined_speed(found: dict[str, Any]) -> str:
    speed = found["speed"]
    lengths = [str(length) for length in speed["lengths"]]
    rows = []
    for name, one in speed["models"].items():
        rows.append([
            f"`{name}`", *(one["in_a_row"][length] or "none" for length in lengths),
            *(f"{one['train'][length]:.1f}" for length in lengths),
            *(f"{one['alone'][length]:.2f}" for length in lengths),
        ])  # fmt: skip
    heads = ["encoder", *(f"in a row, {length}" for length in lengths)]
    heads += [f"training ms, {length}" for length in lengths] + [f"alone ms, {length}" for length in lengths]
    return table(heads, rows)


def causal_ahead(found: dict[str, Any]) -> str:
    rows = []
    for name, one in found["ahead"]["models"].items():
        measured = "to the end" if one["to_the_end"] else one["measured"]
        declared = "to the end" if one["declared"] == "inf" else one["declared"]
        late = f"{one['late']} tokens" if one["streams"] else "does not stream"
        rows.append([f"`{name}`", declared, measured, late])
    return table(["encoder", "sees ahead, declared", "measured", "its answer is late by"], rows)


def causal_leak(found: dict[str, Any]) -> str:
    leak = found["leak"]
    rows = []
    for name, one in leak["models"].items():
        kind = "causal" if name == "tcn" else "centred"
        rows.append([f"`{name}`, {kind}", one["sees"], _spread(one["bits_whole"]), _spread(one["bits_honest"])])
    about = (
        f"Knowing nothing but how frequent each byte is costs {leak['bits_of_frequency']:.2f} bits. "
        f"{leak['parameters']:,} parameters, {leak['run_steps']} steps of 32 rows of {leak['steps']} bytes."
    )
    heads = ["blocks", "sees", "bits a byte, the rest of the row in sight", "bits a byte, only the past in sight"]
    return table(heads, rows) + f"\n\n{about}"


def _spread(numbers: Sequence[float]) -> str:
    return f"{statistics.fmean(numbers):.2f} ± {statistics.stdev(numbers):.2f}"


def causal_quality(found: dict[str, Any]) -> str:
    rows = []
    for data, path in KEPT.items():
        race = kept(path)
        models = {model["name"]: model for model in race["models"]}
        rows.append([data, score(models["tcn"]), score(models["residual"]), against(race, "residual", "tcn")])
    return table(["data", "`tcn`, causal", "`residual`, centred", "centred against causal, points"], rows)


def causal_settled(found: dict[str, Any]) -> str:
    settled = found["settled"]
    places = [settled["shares"].index(share) for share in (0.25, 0.5, 0.75, 1.0)]
    rows = []
    for name, one in settled["models"].items():
        ways = [way for way in ("at_once", "waited") if f"{way}_same" in one]
        if one["late"] == 0:
            ways = ["at_once"]
        for way in ways:
            reading = {"at_once": "reads on", "waited": "reads on, and is told each time that the text ends"}[way]
            reading = "reads all again" if one["late"] is None else reading
            rows.append([
                f"`{name}`", reading, *(f"{one[f'{way}_same'][place]:.2f}" for place in places),
                f"{one[f'{way}_right'][places[1]]:.2f}", f"{statistics.fmean(one['accuracy']):.3f}",
            ])  # fmt: skip
    heads = ["encoder", "how", "25 %", "50 %", "75 %", "100 %", "right after 50 %", "accuracy on whole texts"]
    return table(heads, rows)


def causal_cost(found: dict[str, Any]) -> str:
    cost = found["cost"]
    rows = []
    for name, one in cost["models"].items():
        on = one.get("on")
        reading_on = ["", ""] if on is None else [count(on["flops"]), f"{on['milliseconds']:.0f}"]
        late = "" if one["late"] is None else one["late"]
        rows.append([
            f"`{name}`", late, count(one["once"]), *reading_on,
            count(one["again"]["flops"]), f"{one['again']['milliseconds']:.0f}",
        ])  # fmt: skip
    heads = ["encoder", "late by", "FLOP, one answer", "FLOP, reading on", "ms", "FLOP, reading again", "ms"]
    return table(heads, rows)


def dilation_growth(found: dict[str, Any]) -> str:
    rows = []
    for row in found["growth"]["windows"]:
        for kind in ("plain", "dilated", "strided"):
            one = row[kind]
            cells = [
                row["window"],
                kind,
                one["layers"],
                count(one["parameters"]),
                count(one["flops"]),
                f"{one['outputs']:,}",
            ]
            rows.append([*cells, "" if one["measured"] is None else one["measured"]])
    growth = found["growth"]
    heads = [
        "window",
        "layers are",
        "layers",
        "parameters",
        f"FLOP for {growth['tokens']:,} tokens",
        "outputs",
        "measured",
    ]
    return table(heads, rows)


def dilation_quality(found: dict[str, Any]) -> str:
    quality = found["quality"]
    rows = []
    for name, one in quality["models"].items():
        rows.append([
            name, one["layers"], one["channels"], f"{one['parameters']:,}", count(one["flops"]),
            one["tokens_an_output"],
            solved(one["tasks"]["one answer"]), solved(one["tasks"]["every step"]),
        ])  # fmt: skip
    lags = quality["lags"]
    heads = [
        "layers are",
        "layers",
        "channels",
        "parameters",
        f"FLOP for {quality['steps']} tokens",
        "tokens an output",
    ]
    heads += [f"which symbol was it, {lags['one answer']} back?", f"each step: the symbol {lags['every step']} back"]
    return (
        table(heads, rows)
        + f"\n\nGuessing gives {quality['chance']:g}; in brackets the seeds that learnt all there is."
    )


def dilation_shift(found: dict[str, Any]) -> str:
    rows = []
    for one in found["shifted"]["strides"]:
        rows.append([one["stride"], *(f"{error:.2f}" for error in one["errors"].values()), f"{one['pooled']['1']:.2f}"])
    shifts = found["shifted"]["strides"][0]["errors"]
    heads = ["tokens an output", *(f"moved by {shift}" for shift in shifts), "the maximum over time, moved by 1"]
    return table(heads, rows)


def dilation_holes(found: dict[str, Any]) -> str:
    rows = []
    for one in found["holes"]["sets"].values():
        dilations = ", ".join(map(str, one["dilations"]))
        rows.append([dilations, one["window"], len(one["seen"]), f"{100 * one['share']:.0f} %", one["most_paths"]])
    task = found["holes"]["task"]
    said = [
        f"{lag} back, which it {'sees' if one['seen'] else 'does not see'}: {solved(one)}"
        for lag, one in task["lags"].items()
    ]
    about = (
        f"Trained to give at each step the symbol that stood so many steps back, dilations "
        f"{', '.join(map(str, task['dilations']))}: {'; '.join(said)}; guessing gives {task['chance']:g}."
    )
    return table(["dilations", "window", "lags seen", "share", "most ways to one lag"], rows) + f"\n\n{about}"


def gradients_learnt(found: dict[str, Any]) -> str:
    learnt = found["learnt"]
    rows = []
    for name, one in learnt["models"].items():
        lags = [solved(one["by_lag"][str(lag)]) for lag in learnt["lags"]]
        rows.append([f"`{name}`", one["sees"], f"{one['parameters']:,}", *lags, reach(one["start"]), reach(one["end"])])
    heads = ["encoder", "sees", "parameters", *(f"{lag} back" for lag in learnt["lags"])]
    heads += ["95 % of the gradient within, at the start", "after training"]
    return (
        table(heads, rows) + f"\n\nGuessing gives {learnt['chance']:g}; in brackets the seeds that learnt all there is."
    )


def gradients_depth(found: dict[str, Any]) -> str:
    depth = found["depth"]
    rows = [[kind, *(f"{one['median']:.2g}" for one in ones)] for kind, ones in depth["kinds"].items()]
    return table(["layers are", *(f"{count} layers" for count in depth["depths"])], rows)


def gradients_deep(found: dict[str, Any]) -> str:
    models = found["deep"]["models"]
    depths = list(models["plain"])
    rows = [[kind, *(solved(ones[depth]) for depth in depths)] for kind, ones in models.items()]
    return table(["layers are", *(f"{depth} layers" for depth in depths)], rows)


# Name of a block of the page -> the part whose results it shows, and how.
BLOCKS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "order": ("joined", joined_order),
    "texts": ("joined", joined_texts),
    "speed": ("joined", joined_speed),
    "ahead": ("causal", causal_ahead),
    "leak": ("causal", causal_leak),
    "causal or centred": ("causal", causal_quality),
    "settled": ("causal", causal_settled),
    "cost": ("causal", causal_cost),
    "growth": ("dilation", dilation_growth),
    "quality": ("dilation", dilation_quality),
    "shift": ("dilation", dilation_shift),
    "holes": ("dilation", dilation_holes),
    "learnt": ("gradients", gradients_learnt),
    "depth": ("gradients", gradients_depth),
    "deep": ("gradients", gradients_deep),
}
