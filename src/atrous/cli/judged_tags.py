"""What `evaluate` prints of a tagger: spans or tags, what is taken for what, and what it is wrong about most surely."""

from __future__ import annotations

import sys
from typing import Any

from atrous.cli.shown import say, scored

MOST = 10  # mistakes, and confusions
_TYPES = 20  # of the types' own scores, so many lines at most


def show_tags(scores: dict[str, Any]) -> None:
    """The scores as tables; of many types those the model is worst at."""
    from rich.table import Table

    spans = "types" in scores
    said = scored(scores)
    say(f"{said[0].upper()}{said[1:]}, {_tokens(scores)}.")
    if spans:
        parts = ", ".join(
            f"{name} {scores[key]:.4f}"
            for name, key in (("precision", "span_precision"), ("recall", "span_recall"), ("macro F1", "span_macro_f1"))
        )
        say(f"Spans: {parts}; one is right if its ends and its type are.")
    say(f"The loss is in nats a token; probabilities are off by {scores['calibration_error']:.4f} in the mean.")
    if answered := scores.get("answered"):
        say(_answered(answered))
    own, what = (scores["types"], "spans") if spans else (scores["tags"], "tokens")
    table = Table(box=None, pad_edge=False)
    table.add_column("type" if spans else "tag")
    for name in ("precision", "recall", "F1", what):
        table.add_column(name, justify="right")
    worst = sorted(own.items(), key=lambda item: item[1]["f1"])
    for label, one in own.items() if len(worst) <= _TYPES else worst[:_TYPES]:
        table.add_row(_text(label), *(f"{one[name]:.4f}" for name in ("precision", "recall", "f1")), f"{one[what]:,}")
    say(
        "" if len(worst) <= _TYPES else f"\nThe {_TYPES} of {len(worst)} {'types' if spans else 'tags'} it is worst at:"
    )
    _print(table)
    if scores.get("confused"):
        say("", "What it takes for what:")
        _print(_confused(scores["confused"], what))
    if scores.get("mistakes"):
        say("", "Its surest mistakes:")
        for one in scores["mistakes"]:
            _mistake(one)


def _tokens(scores: dict[str, Any]) -> str:
    count = f"{scores['tokens']:,} tokens"
    return count if "unknown" not in scores else f"{count}, {scores['unknown']:,} of them unknown words"


def _answered(found: dict[str, Any]) -> str:
    return (
        f"Spans of at least {found['min_probability']:g}: {found['spans']:,}, {found['share']:.1%} of those found; "
        f"precision {found['precision']:.4f}, recall {found['recall']:.4f}, F1 {found['f1']:.4f}."
    )


def _confused(found: list[dict[str, Any]], what: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("wanted", "given"):
        table.add_column(name)
    table.add_column(what, justify="right")
    for one in found:
        given = one["given"] or "no span"
        if one["given"] == one["wanted"]:
            given = f"{given}, other ends"
        table.add_row(_text(one["wanted"] or "no span"), _text(given), f"{one['count']:,}")
    return table


def _mistake(one: dict[str, Any]) -> None:
    names = {key: _span(one[key]) for key in ("wanted", "given")}
    say(
        f"  line {one['line']:,}: wanted {names['wanted']}, given {names['given']}, at {one['probability']:.3f}",
        f"    {' '.join(one['text'].split())}",
    )


def _span(one: dict[str, Any] | None) -> str:
    return "no span" if one is None else f"{' '.join(one['label'].split())} ({' '.join(one['text'].split())})"


def _text(label: str) -> Any:
    from rich.text import Text

    return Text(" ".join(label.split()))


def _print(table: Any) -> None:
    from rich.console import Console

    Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 100).print(table)
