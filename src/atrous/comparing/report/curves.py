"""How the models learnt: the score on dev after every epoch."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from atrous.comparing.report.given import Curve, Entry, Race
from atrous.page import ink
from atrous.page.markup import Html, figure, section, tag, text
from atrous.page.words import counted, score

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:
    Axes = Figure = Any

_SIZE = (2.6, 1.9)  # inches of one model's picture


def curves(race: Race) -> Html:
    """One small picture a model, all to one scale, with the other models behind it in grey."""
    drawn = [one for one in race.ranked if one.curves]
    drawn += [one for one in race.entries if one.curves and one not in drawn]
    if not drawn:
        return section("curves", "Learning curves", tag("p", text("No run left a learning curve.")))
    every = [run for entry in drawn for run in entry.curves]
    low, high = _limits(every)
    last = max(run.epochs[-1] for run in every)
    means = {entry.place: mean(entry.curves) for entry in drawn}

    def panel(entry: Entry) -> Html:
        def draw(canvas: Figure) -> None:
            axes = canvas.subplots()
            for place, (epochs, scores) in means.items():
                if place != entry.place:
                    axes.plot(epochs, scores, color=ink.RULE, linewidth=1.1)
            for run in entry.curves:
                axes.plot(run.epochs, run.scores, color=ink.colour(entry.place), linewidth=0.9, alpha=0.75)
            epochs, scores = means[entry.place]
            axes.plot(epochs, scores, color=ink.colour(entry.place), linewidth=2.4)
            axes.plot(epochs[-1:], scores[-1:], **ink.marker(entry.place, size=6))
            axes.set_xlim(1 - 0.04 * last, last * 1.04)
            axes.set_ylim(low, high)
            ink.ticks(axes.xaxis, 5, whole=True)
            ink.ticks(axes.yaxis, 4)
            axes.grid(visible=False, axis="x")
            axes.set_title(entry.short, fontsize=10, loc="left")

        epochs, scores = means[entry.place]
        first, final = (f"{score(scores[place])} after epoch {epochs[place]:g}" for place in (0, -1))
        says = f"{race.score} on dev from {first} to {final}"
        return ink.drawn(f"curve-{entry.place}", draw, title=f"Learning curve of {entry.name}", says=says, size=_SIZE)

    panels = tag("div", *(panel(entry) for entry in drawn), class_="panels")
    runs = max(len(entry.curves) for entry in drawn)
    thin = "thin: single seeds; thick: their mean, as long as all of them ran" if runs > 1 else "one seed each"
    caption = (
        f"The {race.score} on dev (upwards) after each epoch (to the right), all to one scale; {thin}; "
        "grey: the other models. A line that still rises at its end would have gained from more epochs; "
        f"the longest run took {counted(int(last), 'epoch')}."
    )
    return section("curves", "Learning curves", figure(panels, text(caption, 500), wide=True))


def mean(runs: list[Curve]) -> tuple[list[float], list[float]]:
    """The mean over the runs, after each epoch that all of them have.

    >>> mean([Curve(0, [1, 2, 3], [0.5, 0.6, 0.7]), Curve(1, [1, 2], [0.7, 0.8])])
    ([1, 2], [0.6, 0.7])
    """
    by_epoch = [dict(zip(run.epochs, run.scores, strict=True)) for run in runs]
    shared = sorted(set.intersection(*map(set, by_epoch)))
    if not shared:  # runs of which each left other epochs out
        return runs[0].epochs, runs[0].scores
    return shared, [round(statistics.fmean(one[epoch] for one in by_epoch), 6) for epoch in shared]


def _limits(runs: list[Curve]) -> tuple[float, float]:
    """From a little below the lowest score to a little above the highest."""
    scores = [score for run in runs for score in run.scores]
    low, high = min(scores), max(scores)
    room = max(0.05 * (high - low), 0.005)
    return low - room, high + room
