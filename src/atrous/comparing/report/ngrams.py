"""What the filters of the best model look for: the n-grams that each was most active at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atrous.comparing.report.given import Race, mappings
from atrous.page.markup import Html, joined, section, stranger, tag, text
from atrous.page.words import NONE, counted, finite, measured

_LETTERS = 48  # of an n-gram
_SAID = (
    "Each box is a filter, a channel that the encoder of the best model gives to its pool: those that move the answers "
    "most come first. Below the label that it speaks for, and its weight for it, stand the n-grams of the test rows at "
    "which it was most active, with the activation and the number of rows whose most active place looked just so. A "
    "filter is a detector: where its n-grams have something in common, that is what the model has learnt to look for."
)


def ngrams(race: Race) -> Html:
    """A box for every filter; nothing where the best model has none."""
    title = "What it looks for"
    found = [one for one in mappings(race.part("best_on_test").get("ngrams")) if mappings(one.get("ngrams"))]
    if not found:
        said = "The best model has no filters that look for n-grams: each of its steps may see all of a row."
        return section("ngrams", title, tag("p", text(said, 200)))
    boxes = tag("div", Html("\n"), joined([_filter(one) for one in found]), Html("\n"), class_="filters")
    return section("ngrams", title, tag("p", text(_SAID, 800)), boxes)


def _filter(one: Mapping[str, Any]) -> Html:
    number, weight, label = finite(one.get("filter")), finite(one.get("weight")), one.get("label")
    name = "filter" + ("" if number is None else f" {number:.0f}")
    if label is None:
        head = tag("h3", text(name))
    else:
        head = tag("h3", text("for "), stranger(label, 40))
        name += f", weight {measured(weight)}" * (weight is not None)
    note = tag("p", text(name), class_="note") if label is not None else Html("")
    most = max((finite(gram.get("activation")) or 0.0 for gram in mappings(one.get("ngrams"))), default=0.0)
    lines = [_ngram(gram, most) for gram in mappings(one.get("ngrams"))]
    return tag("div", head, note, tag("ol", *lines), class_="filter")


def _ngram(gram: Mapping[str, Any], most: float) -> Html:
    activation, rows = finite(gram.get("activation")), finite(gram.get("rows"))
    said = measured(activation) if activation is not None else NONE
    said += f" in {counted(int(rows), 'row')}" if rows is not None else ""
    share = 100 * max(0.0, activation or 0.0) / most if most > 0 else 0.0
    bar = tag("span", class_="bar", style=f"width: {share:.0f}%", aria_hidden="true")
    return tag("li", tag("bdi", text(gram.get("text"), _LETTERS), class_="gram"), bar, tag("small", text(said)))
