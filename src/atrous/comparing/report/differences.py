"""Which differences are real: the best against every other, and all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atrous.comparing.report.given import SHORT, Difference, Race, called
from atrous.page import ink
from atrous.page.markup import Html, cell, column, figure, joined, row, section, stranger, table, tag, text
from atrous.page.words import counted, points

if TYPE_CHECKING:
    from matplotlib.figure import Figure
else:
    Figure = Any


def differences(race: Race) -> Html:
    """The section; a sentence where there is nothing to compare."""
    name = "Which differences are real"
    if not race.differences:
        return section(
            "differences", name, tag("p", text("There are no two models, or baselines, to hold side by side.", 100))
        )
    return section("differences", name, tag("div", _forest(race), _matrix(race), class_="beside"))


def _forest(race: Race) -> Html:
    """The best, or whatever is first in the ranking, against every other."""
    first = race.best or next(iter(race.ranked), None)
    found = (
        [] if first is None else [one.of(first.key) for one in race.differences if first.key in (one.better, one.worse)]
    )
    if first is None or not found:
        return Html("")
    found.sort(key=lambda one: -one.difference)
    clear = [one for one in found if one.clear]
    names = [called(one.worse, SHORT) for one in found]

    def draw(canvas: Figure) -> None:
        axes = canvas.subplots()
        for place, one in enumerate(found):
            other = race.entry(one.worse)
            tint = ink.INK if other is None else ink.colour(other.place)
            axes.plot(
                [100 * one.low, 100 * one.high],
                [place, place],
                color=tint,
                linewidth=2.4 if one.clear else 1.2,
                linestyle="-" if one.clear else (0, (3, 1.5)),
            )
            mark = ink.marker(other.place) if other else {"marker": "|", "markersize": 12, "color": tint}
            axes.plot([100 * one.difference], [place], **mark)
        axes.axvline(0, color=ink.INK, linewidth=1)
        axes.set_yticks(range(len(found)), names, color=ink.INK)
        axes.set_ylim(-0.6, len(found) - 0.4)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(f"points of {race.score} by which it is better")

    title = f"{first.name} against every other"
    says = "; ".join(
        f"{name}: {points(one.difference)} points, from {points(one.low)} to {points(one.high)}"
        for name, one in zip(names, found, strict=True)
    )
    picture = ink.drawn("forest", draw, title=title, says=says, size=(ink.WIDTH, 0.75 + 0.25 * len(found)))
    caption = (
        " is better by so many points than each of the others, left of zero worse; the line is the range in which the "
        "difference stays in 95 of 100 redrawn test sets. Where it is thin and dashed it crosses zero, and other test "
        f"rows might turn the difference around; {len(clear)} of {counted(len(found), 'difference')} "
        f"{'is' if len(clear) == 1 else 'are'} clear of zero."
    )
    return figure(picture, joined([tag("b", stranger(first.name)), text(caption, 600)], ""))


def _matrix(race: Race) -> Html:
    """All pairs, each once: the row is the one that stands higher in the table."""
    scores: dict[Any, float] = {one.key: one.mean or 0.0 for one in race.ranked}
    if race.baseline is not None:
        scores[race.beaten] = race.baseline
    known = {name for one in race.differences for name in (one.better, one.worse)}
    order = sorted((name for name in scores if name in known), key=lambda name: -scores[name])
    pairs = {frozenset((one.better, one.worse)): one for one in race.differences}
    if len(order) < 3:
        return Html("")
    head = [column(text("better by")), *(column(stranger(called(name)), class_="number") for name in order[1:])]
    rows = []
    for place, name in enumerate(order[:-1]):
        cells = [cell(Html(""))] * place + [
            _pair(pairs.get(frozenset((name, other))), name) for other in order[place + 1 :]
        ]
        rows.append(row(stranger(called(name)), cells))
    chance = max(1, round(0.05 * len(pairs)))
    says = (
        "By how many points the model of the row is better than that of the column; bold and tinted: clear of zero. "
        f"Of {counted(len(pairs), 'pair')} that did not differ at all, {chance} or so would look clear by chance."
    )
    class_ = "pair tall" if len(order) > 6 else "pair"
    return tag("div", table("Differences of all pairs, in points", head, rows, says=text(says, 400), class_=class_))


def _pair(one: Difference | None, name: Any) -> Html:
    if one is None:
        return cell(Html(""))
    said = text(points(one.of(name).difference))
    return cell(tag("b", said), class_="number clear") if one.clear else cell(said, class_="number unclear")
