"""Quality against speed and against size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atrous.comparing.report.given import Entry, Race, called
from atrous.comparing.report.names import name_markers
from atrous.page import ink
from atrous.page.markup import Html, figure, joined, section, tag, text
from atrous.page.words import score, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:
    Axes = Figure = Any

_SIZE = (ink.WIDTH, 3.6)
_WIDEST = 4.0  # the least ratio of the ends of the axis: of equal costs, no wide spread of nothing


class Plane(NamedTuple):
    """A cost: its name, the number of the results, the words on the axis, the title, how the figure is to be read."""

    name: str
    field: str
    axis: str
    title: str
    reading: str


PLANES = (
    Plane(
        "speed",
        "texts_per_second",
        "texts per second, many at once",
        "Quality against speed.",
        " Up is better, right is faster: what has nothing above and to the right of it is a model worth choosing",
    ),
    Plane(
        "size",
        "parameters",
        "parameters, embedding and all",
        "Quality against size.",
        " Up is better, left is smaller; the encoders were made equally large, so most stand close together",
    ),
)


def planes(race: Race) -> Html:
    """A figure for each cost that was measured."""
    title = "Quality against speed and size"
    figures = [one for one in (_plane(race, plane) for plane in PLANES) if one]
    if not figures:
        return section("costs", title, tag("p", text("No model has both a score and a measured cost.")))
    return section("costs", title, tag("div", *figures, class_="two"))


def _plane(race: Race, plane: Plane) -> Html:
    entries = [one for one in race.ranked if (one.number(plane.field) or 0) > 0]
    if not entries:
        return Html("")
    markers = [(one.short, one.number(plane.field) or 0.0, one.mean or 0.0) for one in entries]

    def draw(canvas: Figure) -> None:
        axes = canvas.subplots()
        _scales(axes, [x for _, x, _ in markers], _limits(race, entries))
        for entry, (_, x, y) in zip(entries, markers, strict=True):
            if sd := entry.number("sd"):
                axes.plot([x, x], [y - sd, y + sd], color=ink.colour(entry.place), linewidth=1.2)
            axes.plot([x], [y], **ink.marker(entry.place, size=8))
        low, high = axes.get_ylim()
        levels = ((called(race.beaten), race.baseline), ("ceiling", race.ceiling))
        lines = [(name, value) for name, value in levels if value is not None and low < value < high]
        for _, value in lines:
            axes.axhline(value, color=ink.SOFT, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_xlabel(plane.axis)
        axes.set_ylabel(f"{race.score} on test")
        name_markers(axes, markers, lines)

    says = "; ".join(f"{name}: {score(y)} at {x:,.0f}" for name, x, y in markers)
    picture = ink.drawn(plane.name, draw, title=plane.title, says=says, size=_SIZE)
    bars = "; bars: one standard deviation over the seeds." if any(one.number("sd") for one in entries) else "."
    return figure(picture, joined([tag("b", text(plane.title)), text(plane.reading + bars, 400)], ""))


def _limits(race: Race, entries: list[Entry]) -> tuple[float, float]:
    """Room for the models, and for the baseline and the ceiling if they are near."""
    ends = [(one.mean or 0.0) + side * (one.number("sd") or 0.0) for one in entries for side in (-1, 1)]
    near = max(max(ends) - min(ends), 0.02) / 2
    levels = [one for one in (race.baseline, race.ceiling) if one is not None]
    ends += [one for one in levels if min(ends) - near < one < max(ends) + near]
    low, high = min(ends), max(ends)
    room = 0.08 * max(high - low, 0.02)
    return low - room, high + room


def _scales(axes: Axes, xs: list[float], limits: tuple[float, float]) -> None:
    """Cost by its ratio, with marks at 1, 2 and 5 of every power of ten; quality as it is."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = min(xs), max(xs)
    room = max(1.25, (_WIDEST * low / high) ** 0.5)
    axes.set_xscale("log")
    axes.set_xlim(low / room, high * room)
    axes.set_ylim(*limits)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high / low < 200 else (1.0,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.xaxis.set_minor_locator(NullLocator())
