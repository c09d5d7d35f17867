"""What was found as a picture, and as one HTML page. No torch here."""

from __future__ import annotations

from typing import Any

from atrous.context.found import Needs
from atrous.errors import MissingExtra
from atrous.page.document import document
from atrous.page.ink import SOFT, beside, colour, drawn, marker
from atrous.page.markup import Html, cell, column, figure, joined, number, row, section, table, tag, text
from atrous.page.notebook import card
from atrous.page.words import points, score
from atrous.runtime.readable import spoken

_TITLE = "How much context do the data need?"


def curve(needs: Needs) -> Html:
    """Quality against window: each seed, the mean with its interval, the answer, and what needs no window.

    Raises MissingExtra if matplotlib is not installed.
    """
    tried = [one["window"] for one in needs.windows]
    places = list(range(len(tried)))
    means = [one["mean"] for one in needs.windows]
    low = [one["mean"] - one["low"] for one in needs.windows]
    high = [one["high"] - one["mean"] for one in needs.windows]

    def draw(picture: Any) -> None:
        axes = picture.add_subplot()
        axes.axhline(needs.majority, color=SOFT, linestyle=":", linewidth=1.2)
        beside(axes, "always the\nsame answer", needs.majority)
        if needs.answer is not None and needs.interval is not None:
            first, last = (tried.index(end) for end in needs.interval)
            axes.axvspan(first - 0.3, last + 0.3, color=colour(0), alpha=0.1, linewidth=0)
        for place, one in zip(places, needs.windows, strict=True):
            axes.plot([place] * len(one["scores"]), one["scores"], **{**marker(6, size=3), "alpha": 0.5})
        axes.plot(places, means, color=colour(0), linewidth=1.4)
        axes.errorbar(places, means, yerr=[low, high], **{**marker(0), "ecolor": colour(0), "capsize": 3})
        if needs.answer is not None:
            place = tried.index(needs.answer)
            axes.plot([place], [means[place]], marker="o", markersize=14, markerfacecolor="none",
                      markeredgecolor=colour(1), markeredgewidth=1.6)  # fmt: skip
        axes.set_xticks(places, [f"{window:,}" for window in tried])
        axes.set_xlabel(f"window, in {needs.unit}s")
        axes.set_ylabel(f"{spoken(needs.score)} on test")

    return drawn("needs", draw, title=_TITLE, says=str(needs), size=(6.4, 3.6))


def fragment(needs: Needs) -> str:
    """The answer and the picture, for a notebook; the words alone without matplotlib."""
    said = joined([tag("p", text(line, 400)) for line in needs.sentences])
    try:
        return card(said, curve(needs))
    except MissingExtra:
        return card(said)


def page(needs: Needs) -> str:
    """One HTML page that needs no other file, no script and no network.

    Raises MissingExtra if matplotlib is not installed.
    """
    said = tag("div", *[tag("p", text(line, 400)) for line in needs.sentences], class_="verdict")
    drawing = figure(
        curve(needs),
        text(
            "Each dot is a seed, the line their mean; the bars are 95 % intervals over redrawn test rows and seeds. "
            "The ring is the answer, and the shade what 95 of 100 redrawn test sets answer.", 400,
        ),
    )  # fmt: skip
    header = tag("header", tag("h1", text(_TITLE)), said)
    parts = [section("curve", "Quality against window", drawing), section("numbers", "Numbers", _table(needs))]
    return document(_TITLE, header, tag("main", *parts))


def _table(needs: Needs) -> Html:
    heads = [f"{needs.unit}s", f"{spoken(needs.score)} on test", "95 % interval", "seeds", "failed", "seconds a run"]
    lines = [
        row(
            text(f"{one['window']:,}"),
            [
                number(score(one["mean"])),
                number(f"{score(one['low'])} to {score(one['high'])}"),
                cell(text(", ".join(score(value) for value in one["scores"]))),
                number(str(len(one["failures"]))),
                number(f"{sum(one['seconds']) / max(1, len(one['seconds'])):.1f}"),
            ],
        )
        for one in needs.windows
    ]
    rows = needs.rows
    says = (
        f"Rows: {rows['train']:,} to learn from, {rows['dev']:,} to choose by, {rows['test']:,} to judge by; the "
        f"longest has {rows['longest']:,} {needs.unit}s. A difference matters from "
        f"{points(needs.margin, sign=False)} points on. Always the same answer: {score(needs.majority)}."
    )
    return table("Windows", [column(text(one)) for one in heads], lines, says=text(says, 400))
