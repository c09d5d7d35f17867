"""The results of a race as a table that says first what matters most."""

from __future__ import annotations

import io
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from atrous.comparing.baselines import TRIGRAMS
from atrous.runtime.readable import spoken

WIDTH = 120  # columns
CLOSE = 0.03  # of the score: within it, a model counts as level with the baseline


def table(results: dict[str, Any]) -> str:
    """The verdict in a sentence, the models from best to worst on test, the baselines and the ceiling between them."""
    score = spoken(results.get("score", "accuracy"))
    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("model", f"{score} on test", "failed", "encoder", "sees", "steps/s", "texts/s", "alone"):
        rows.add_column(name, justify="left" if name in ("model", "sees") else "right", no_wrap=True)
    scored = [(model["mean"], _row(model)) for model in results["models"] if model["mean"] is not None]
    scored += [(score, [name, f"{score:.4f}"]) for name, score in results["baselines"].items()]
    scored.append((results["ceiling"], ["ceiling", f"{results['ceiling']:.4f}"]))
    for _, row in sorted(scored, key=lambda one: -one[0]):
        rows.add_row(*row, style="" if len(row) > 2 else "dim")
    for model in results["models"]:
        if model["mean"] is None:
            rows.add_row(model["name"], "no run finished", str(model["failed_seeds"]))
    text = io.StringIO()
    Console(file=text, width=WIDTH, color_system=None).print(rows)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    notes = (
        "ceiling: what no function of the text alone can beat, for some texts come with several labels;\n"
        f"{score}: mean ± standard deviation over the seeds; encoder: its parameters; sees: tokens beside its own;\n"
        "steps/s: bare training steps; texts/s: text in, label out, many at once; alone: one text by itself"
    )
    return "\n".join([verdict(results), *lines, notes])


def verdict(results: dict[str, Any]) -> str:
    """Which model is best (chosen on dev), and how the models stand to the baseline, in two sentences.

    >>> models = [{"name": "tcn", "mean": 0.8, "sd": 0.01, "scores": [0.79, 0.81]}]
    >>> print(verdict({"models": models, "best": {"name": "tcn"}, "baselines": {TRIGRAMS: 0.85}}))
    The best model, tcn (0.8000 on test), is 5.0 points below character trigrams, naive Bayes (0.8500).
    No model beats that baseline.
    """
    baseline = results["baselines"][TRIGRAMS]
    best = next(
        (model for model in results["models"] if results["best"] and model["name"] == results["best"]["name"]), None
    )
    if best is None:
        return "No run of any model finished."
    gap = best["mean"] - baseline
    where = "above" if gap >= 0 else "below"
    level = "level with" if abs(gap) < 0.0005 else f"{abs(gap) * 100:.1f} points {where}"
    beat = [model["name"] for model in results["models"] if model["mean"] is not None and model["mean"] > baseline]
    said = f"Above that baseline: {', '.join(beat)}." if beat else "No model beats that baseline."
    return (
        f"The best model, {best['name']} ({best['mean']:.4f} on test), is {level} {TRIGRAMS} ({baseline:.4f}).\n{said}"
    )


def _row(model: dict[str, Any]) -> list[str]:
    spread = f" ± {model['sd']:.4f}" if model["sd"] is not None else ""
    return [
        model["name"],
        f"{model['mean']:.4f}{spread}",
        str(model["failed_seeds"]),
        f"{model['encoder_parameters']:,}",
        model["sees"],
        f"{model['train_steps_per_second']:,.0f}",
        f"{model['texts_per_second']:,.0f}",
        f"{model['milliseconds_alone']:.2f} ms",
    ]
