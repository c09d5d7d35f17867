"""The results of a race as a table that says first what matters most. No torch here."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from atrous.comparing.baselines import SPANS, TRIGRAMS, WORDS
from atrous.comparing.verdict import verdict
from atrous.runtime.readable import spoken

WIDTH = 132  # columns; rows end where their last cell does
_SHORT = {TRIGRAMS: "naive Bayes, trigrams", WORDS: "word's usual tag", SPANS: "spans, looked up"}
_COLUMNS = ("failed", "encoder", "sees", "rate", "steps/s", "texts/s", "alone", "peak")


def table(results: Mapping[str, Any]) -> str:
    """The verdict, and the models from best to worst on test with the baselines and the ceiling between them."""
    score = spoken(results.get("score", "accuracy"))
    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("model", f"{score} on test", *_COLUMNS):
        rows.add_column(name, justify="left" if name in ("model", "sees") else "right", no_wrap=True)
    scored = [(model["mean"], _row(model)) for model in results["models"] if model["mean"] is not None]
    beside = {**results["baselines"], "ceiling": results["ceiling"]}
    scored += [(found, [_SHORT.get(name, name), f"{found:.4f}"]) for name, found in beside.items() if found is not None]
    for _, row in sorted(scored, key=lambda one: -one[0]):
        rows.add_row(*row, style="" if len(row) > 2 else "dim")
    for model in results["models"]:
        if model["mean"] is None:
            rows.add_row(model["name"], "no run finished", str(model["failed_seeds"]))
    text = io.StringIO()
    Console(file=text, width=WIDTH, color_system=None).print(rows)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    said = results.get("verdict") or verdict(results)
    return "\n".join([*said, *lines, *_notes(results, score)])


def _notes(results: Mapping[str, Any], score: str) -> list[str]:
    exempt = any((model.get("budget") or {}).get("exempt") for model in results["models"])
    noted = [
        f"{model['name']}: {model['budget']['note']}"
        for model in results["models"]
        if (model.get("budget") or {}).get("note") and not model["budget"]["exempt"]
    ]
    budget = results.get("plan", {}).get("budget")
    alike = f", {budget:,} wanted of all" + " but those marked *" * exempt if budget else ""
    above = "ceiling: what no function of the text alone can beat, for some texts come with several labels;"
    answer = "tags" if results.get("task") == "tag" else "label"
    return [
        *[above] * (results["ceiling"] is not None),
        f"{score}: mean ± standard deviation over the seeds; failed: seeds; encoder: its parameters{alike};",
        "sees: tokens beside its own; rate: the learning rate that did best on dev; steps/s: bare training steps;",
        f"texts/s: text in, {answer} out, many at once; alone: one text by itself; peak: memory of a training step",
        *noted,
    ]


def _row(model: Mapping[str, Any]) -> list[str]:
    spread = f" ± {model['sd']:.4f}" if model["sd"] is not None else ""
    exempt = (model.get("budget") or {}).get("exempt")
    return [
        f"{model['name']}{' *' if exempt else ''}",
        f"{model['mean']:.4f}{spread}",
        str(model["failed_seeds"]),
        _shown(model, "encoder_parameters", "{:,}"),
        model.get("sees") or "",
        _shown(model, "rate", "{:g}"),
        _shown(model, "train_steps_per_second", "{:,.0f}"),
        _shown(model, "texts_per_second", "{:,.0f}"),
        _shown(model, "milliseconds_alone", "{:.2f} ms"),
        _mebibytes(model.get("peak_bytes")),
    ]


def _shown(model: Mapping[str, Any], field: str, form: str) -> str:
    value = model.get(field)
    return "" if value is None else form.format(value)


def _mebibytes(count: int | None) -> str:
    return "" if count is None else f"{count / 2**20:,.1f} MiB"
