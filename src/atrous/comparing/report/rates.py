"""The learning rates that the search tried."""

from __future__ import annotations

from atrous.comparing.report.given import Entry, Race, mappings
from atrous.page.ink import swatch
from atrous.page.markup import Html, cell, column, joined, row, section, stranger, table, tag, text
from atrous.page.words import finite, listed, rate, score


def rates(race: Race) -> Html:
    """What each rate reached on dev, with the first seed."""
    title = "Learning rates tried"
    searched = [one for one in race.entries if mappings(one.raw.get("rates"))]
    if not searched:
        return section("rates", title, tag("p", text("The rates were given; none was searched for.")))
    most = max(len(mappings(one.raw.get("rates"))) for one in searched)
    head = [column(text("model")), tag("th", text(f"rate: {race.score} on dev"), scope="colgroup", colspan=most)]
    edge = [one.name for one in searched if _at_the_edge(one)]
    note = (
        f" Taken at the edge of what was tried, so that a rate beyond it might do better: {listed(edge)}."
        if edge
        else ""
    )
    says = f"What each rate reached on dev, with the first seed; bold: the rate that was taken for all seeds.{note}"
    return section(
        "rates", title, table("The search", head, [_row(one, most) for one in searched], says=text(says, 800))
    )


def _row(entry: Entry, most: int) -> Html:
    cells = []
    for one in sorted(mappings(entry.raw.get("rates")), key=lambda one: finite(one.get("rate")) or 0.0):
        tried, reached = finite(one.get("rate")), finite(one.get("dev"))
        said = text(f"{rate(tried)}: {'failed' if reached is None else score(reached)}")
        taken = tried is not None and tried == entry.number("rate")
        cells.append(cell(tag("b", said) if taken else said, class_="taken" if taken else None))
    blanks = [cell(Html(""))] * (most - len(cells))
    return row(joined([swatch(entry.place), stranger(entry.name)], ""), cells + blanks)


def _at_the_edge(entry: Entry) -> bool:
    tried = [value for one in mappings(entry.raw.get("rates")) if (value := finite(one.get("rate"))) is not None]
    return len(tried) > 2 and entry.number("rate") in (min(tried), max(tried))
