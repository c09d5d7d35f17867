"""What a search found, as text: the best, what it beat, every encoder, and what mattered."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from atrous.runtime.readable import spoken
from atrous.tuning.free import short
from atrous.tuning.free import spoken as said


def shown(found: dict[str, Any]) -> str:
    """Two sentences, then the encoders, then the settings that decided."""
    lines = [verdict(found), "", *encoders(found)]
    if found["importances"]:
        lines += ["", "What set the best quarter of the complete trials apart, of 100 %:"]
        lines += [
            f"  {_whose(name):<28} {share:>4.0%}" for name, share in found["importances"].items() if share >= 0.01
        ]
    return "\n".join(lines)


def verdict(found: dict[str, Any]) -> str:
    """Which trial is best, by how much it beats what each encoder scored as it is, and how it does on test.

    >>> best = {"number": 3, "encode": "tcn", "dev": 0.9, "test": 0.87}
    >>> trials = [{"number": 1, "encode": "tcn", "dev": 0.85, "state": "complete", "tried": {"train.rate": 0.008}}]
    >>> trials += [{**trials[0], "number": number, "tried": {"train.rate": 0.01}} for number in (2, 3)]
    >>> first = {"tcn": {"number": 1, "state": "complete", "accuracy": 0.85}}
    >>> print(verdict({"score": "accuracy", "best": best, "first": first, "trials": trials, "data": {"dev": 400}}))
    The best of 3 trials is trial 3, tcn with rate 0.01: accuracy 0.9000 on dev, 5.0 points above tcn as it is.
    On test it has 0.8700: read once, by this model alone. Dev chose among 3, so what it says of the best is too good.
    """
    best, trials, score = found["best"], found["trials"], found["score"]
    first = {name: row for name, row in found["first"].items() if row[score] is not None}
    own = found["first"].get(best["encode"])
    tried = next(trial["tried"] for trial in trials if trial["number"] == best["number"])
    if own is not None and own["number"] == best["number"]:
        what = f"{best['encode']} as it is: {spoken(score)} {best['dev']:.4f} on dev, which no other beat"
    else:
        what = f"{best['encode']} with {said(tried)}: {spoken(score)} {best['dev']:.4f} on dev"
        if first:
            name, row = max(first.items(), key=lambda one: one[1][score])
            gain = best["dev"] - row[score]
            what += f", {_points(gain)} above {name} as it is{_doubt(gain, best['dev'], found)}"
    count = "the only trial" if len(trials) == 1 else f"The best of {len(trials)} trials"
    head = f"{count[0].upper()}{count[1:]} is trial {best['number']}, {what}."
    chosen = f" Dev chose among {len(trials)}, so what it says of the best is too good." if len(trials) > 1 else ""
    return f"{head}\nOn test it has {best['test']:.4f}: read once, by this model alone.{chosen}"


def _points(gain: float) -> str:
    return f"{100 * gain:.1f} points"


def _doubt(gain: float, best: float, found: dict[str, Any]) -> str:
    """A warning, where so many rows of dev could say so by chance: a gain below one standard error of a share.

    An F1 is no share, but is about as uncertain.
    """
    rows = found["data"]["dev"]
    error = sqrt(max(best * (1 - best), 0) / rows)
    return f" (on {rows:,} rows, {_points(error)} are chance)" if gain < error else ""


def encoders(found: dict[str, Any]) -> list[str]:
    """A line an encoder, the best first: how many trials, what it scored as it is and at best, and with what.

    >>> trial = {"number": 1, "encode": "bag", "dev": 0.5, "state": "complete", "tried": {"train.rate": 0.02}}
    >>> first = {"bag": {"number": 1, "state": "complete", "accuracy": 0.5}}
    >>> for line in encoders({"score": "accuracy", "trials": [trial], "first": first}):
    ...     print(line)
    encoder  trials  given up  failed   as it is     best  with
    bag           1         0       0     0.5000   0.5000  rate 0.02
    """
    score, rows = found["score"], []
    for name in dict.fromkeys(trial["encode"] for trial in found["trials"]):
        own = [trial for trial in found["trials"] if trial["encode"] == name]
        states = [trial["state"] for trial in own]
        best = max(
            (trial for trial in own if trial["state"] == "complete"), key=lambda trial: trial["dev"], default=None
        )
        cells = [
            name, str(len(own)), str(states.count("pruned")), str(states.count("failed")),
            _number(found["first"].get(name, {}).get(score)), _number(best and best["dev"]),
            said(best["tried"]) if best else "",
        ]  # fmt: skip
        rows.append((best["dev"] if best else -1.0, cells))
    head = ["encoder", "trials", "given up", "failed", "as it is", "best", "with"]
    lines = [head, *(cells for _, cells in sorted(rows, key=lambda row: -row[0]))]
    width = max(len(cells[0]) for cells in lines)
    return [_line(cells, width) for cells in lines]


def _line(cells: Sequence[str], width: int) -> str:
    name, trials, pruned, failed, first, best, tried = cells
    return f"{name:<{width}}  {trials:>6}  {pruned:>8}  {failed:>6}  {first:>9}  {best:>7}  {tried}".rstrip()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _whose(name: str) -> str:
    """A setting as optuna knows it, as a reader does.

    >>> _whose("tcn encode.depth"), _whose("encode.name"), _whose("train.rate")
    ('depth of tcn', 'encoder', 'rate')
    """
    encoder, _, key = name.rpartition(" ")
    return "encoder" if name == "encode.name" else f"{short(key)} of {encoder}" if encoder else short(key)
