"""A model as a notebook shows it: the facts of its card, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atrous.bundle.card import (
    INTERRUPTED,
    STEPS,
    a_row,
    data_said,
    names,
    row_of,
    score_table,
    spans_named,
    then,
    title,
)
from atrous.draw.table import si
from atrous.page.markup import Html, joined, number, row, stranger, tag, text
from atrous.page.notebook import bar, card, facts

if TYPE_CHECKING:
    from atrous.bundle.trained import Bundle

_LABELS = 20  # that are shown


def shown(bundle: Bundle) -> str:
    """The card of a bundle, as HTML that stands by itself; what strangers wrote, labels and files, is escaped.

    >>> from atrous.bundle import Bundle
    >>> from atrous.config import Settings
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> bundle = Bundle.fresh(Settings(), Reader(Tokeniser("bytes", False, ())), ("<neg>", "pos"))
    >>> "<bdi>&lt;neg&gt;</bdi>" in shown(bundle)
    True
    """
    model, settings, scores = bundle.model, bundle.settings, bundle.scores
    window, streams = model.window, f"streams, {model.delay} steps late" if model.streams else "does not stream"
    after = then(bundle) if model.tags else f"{settings.attend.name} makes one vector of all"
    said = f"one step of the encoder sees {window}; {after}; it {streams}"
    costs = (
        f"{model.cost.parameters:,} parameters, {model.encode.cost.parameters:,} of them in the encoder; "
        f"{si(model.cost.flops(STEPS))}FLOP for {STEPS} {settings.embed.name}"
    )
    answers = names(bundle)
    shown = [stranger(label) for label in answers[:_LABELS]]
    more = len(answers) - len(shown)
    rows = {
        "spans" if spans_named(bundle) else "tags" if model.tags else "labels": joined(
            [*shown, *([text(f"and {more:,} more")] if more else [])], ", "
        ),
        "reads": text(a_row(bundle) if model.tags else settings.embed.name),
        "sees": joined([bar(window.left, window.right, says=f"sees {window}"), text(said, 300)], " "),
        "costs": text(costs, 300),
        "data": text(data_said(scores), 1000),
    }
    use = tag("pre", text(f"model.predict([{row_of(bundle)}])", 300))
    note = [tag("p", text(INTERRUPTED))] if scores.get("interrupted") else []
    return card(tag("h4", text(title(bundle))), facts(rows), _scores(bundle), *note, use)


def _scores(bundle: Bundle) -> Html:
    head, rows = score_table(bundle.scores)
    if not rows:
        return Html("")
    cells = [tag("th", text(name), scope="col", class_="number") for name in head]
    body = [row(text(name), [*map(number, values)]) for name, *values in rows]
    return tag("table", tag("thead", tag("tr", tag("th", text("rows"), scope="col"), *cells)), tag("tbody", *body))
