"""The mistakes of the best model of which it was most certain, for these are worth reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atrous.comparing.report.given import Race, mappings
from atrous.page.markup import Html, section, stranger, tag, text
from atrous.page.words import counted, finite

_MOST = 280  # letters of a text
_NARROW, _WIDE = 60, 200  # of a label, and of several spans
_OF_TEXTS = (
    "Where the best model was most certain and wrong, the most certain first. Such texts show wrong labels, labels "
    "that overlap, and what the model has not learnt. Invisible characters are written out as their code."
)
_OF_TAGS = (
    "Rows in which the best model gives something wrongly, the most certain first: by how probable the most probable "
    "of its wrong tags is. What should be there and is not stands before what is there and should not be. Invisible "
    "characters are written out as their code."
)


def mistakes(race: Race) -> Html:
    """Each text, cut and harmless, with its label and the answer."""
    title = "Mistakes worth reading"
    found = mappings(race.part("best_on_test").get("errors"))
    if not found:
        return section("mistakes", title, tag("p", text("There is no mistake to show.")))
    return section(
        "mistakes",
        title,
        tag("p", text(_OF_TAGS if race.tags else _OF_TEXTS, 400)),
        tag("ol", *(_mistake(one, _WIDE if race.tags else _NARROW) for one in found), class_="mistakes"),
    )


def _mistake(one: Mapping[str, Any], letters: int) -> Html:
    whole = str(one.get("text") or "")
    quote = tag("blockquote", text(whole, _MOST) if whole.strip() else tag("i", text("an empty text")), dir="auto")
    probability, line = finite(one.get("probability")), finite(one.get("line"))
    parts = [
        text("is "),
        tag("b", stranger(one.get("label"), letters)),
        text(", answered "),
        tag("b", stranger(one.get("answer"), letters)),
    ]
    if probability is not None:
        parts.append(text(f" at {probability:.3f}"))
    if line is not None:
        parts.append(text(f", line {line:,.0f}"))
    if len(whole) > _MOST:
        parts.append(text(f"; cut, of {counted(len(whole), 'letter')}"))
    return tag("li", quote, tag("p", *parts))
