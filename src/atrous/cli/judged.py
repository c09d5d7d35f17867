"""What `evaluate` prints: the scores of a model as a table."""

from __future__ import annotations

import sys
from typing import Any

from atrous.cli.shown import say, scored

_LABELS = 20  # of the labels' own scores, so many lines at most


def show(scores: dict[str, Any]) -> None:
    """The scores as a table; of many labels those the model is worst at."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("label")
    for name in ("precision", "recall", "F1", "rows"):
        table.add_column(name, justify="right")
    worst = sorted(scores["labels"].items(), key=lambda item: item[1]["f1"])
    chosen = scores["labels"].items() if len(worst) <= _LABELS else worst[:_LABELS]
    for label, own in chosen:
        numbers = (f"{own[name]:.4f}" for name in ("precision", "recall", "f1"))
        table.add_row(Text(" ".join(label.split())), *numbers, f"{own['rows']:,}")
    said = scored(scores)
    said = f"{said[0].upper()}{said[1:]}; the loss in nats."
    say(said, *_answered(scores.get("answered")), *_beside_full_numbers(scores))
    say("" if len(worst) <= _LABELS else f"\nThe {_LABELS} of {len(worst)} labels that it is worst at:")
    Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 100).print(table)


def _beside_full_numbers(scores: dict[str, Any]) -> list[str]:
    """What 8 bits cost, in a sentence."""
    full = scores.get("float32")
    if full is None:
        return []
    name = next(name for name in ("accuracy", "micro_f1") if name in scores)
    shown = name.replace("_", " ").replace("f1", "F1")
    return [
        f"That is in 8 bits; in 32: {shown} {full[name]:.4f} ({scores[name] - full[name]:+.4f} with 8), "
        f"loss {full['loss']:.4f}."
    ]


def _answered(found: dict[str, Any] | None) -> list[str]:
    """What abstaining would bring, in a sentence."""
    if found is None:
        return []
    right = "" if found["accuracy"] is None else f", {found['accuracy']:.1%} of them right"
    return [f"Answered with at least {found['min_probability']:g}: {found['share']:.1%} of the rows{right}."]
