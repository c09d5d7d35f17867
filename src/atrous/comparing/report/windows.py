"""How far every model sees, drawn to one scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from atrous.comparing.report.given import Race
from atrous.page import ink
from atrous.page.markup import Html, figure, section, tag, text
from atrous.page.words import shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure
else:
    Figure = Any

_HEIGHT = 0.5  # of a bar, where a row is 1


def windows(race: Race) -> Html:
    """One bar a model, from the first token that one of its steps sees to the last."""
    seen = [(one, window) for one in race.entries if (window := one.window) is not None]
    if not seen:
        return section("windows", "How far they see", tag("p", text("No model has a window: no run finished.")))
    seen.sort(key=lambda one: (sum(one[1]), one[0].place), reverse=True)
    back, ahead = (_room([window[side] for _, window in seen]) for side in (0, 1))

    def draw(canvas: Figure) -> None:
        axes = canvas.subplots()
        for row, (entry, (left, right)) in enumerate(seen):
            tint = ink.colour(entry.place)
            first, last = -min(left, back) - 0.5, min(right, ahead) + 0.5
            axes.barh(row, last - first, left=first, height=_HEIGHT, color=tint, edgecolor=ink.PAPER, linewidth=0)
            for side, end, arrow in ((left, first, "<"), (right, last, ">")):
                if math.isinf(side):
                    axes.plot([end], [row], marker=arrow, markersize=9, color=tint, clip_on=False)
            axes.plot([0, 0], [row - 0.36, row + 0.36], color=ink.INK, linewidth=1.6, solid_capstyle="butt")
            ink.beside(axes, shown(entry.raw.get("sees"), 24), row)
        axes.set_yticks(range(len(seen)), [entry.short for entry, _ in seen], color=ink.INK)
        axes.set_xlim(-back - 0.5, ahead + 0.5)
        axes.set_ylim(-0.6, len(seen) - 0.4)
        ink.ticks(axes.xaxis, 6, whole=True)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0, pad=10)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("tokens before (−) and after its own")

    says = "; ".join(f"{entry.name}: {shown(entry.raw.get('sees'), 40)}" for entry, _ in seen)
    size = (ink.WIDTH, 0.75 + 0.27 * len(seen))
    picture = ink.drawn("windows", draw, title="What one step of each model sees", says=says, size=size)
    caption = (
        "What one step of each encoder can see of the text, in tokens, all to one scale; the stroke is its own token"
    )
    caption += "; an arrow: without end" * any(math.isinf(side) for _, window in seen for side in window)
    caption += (
        ". Only what lies within its bar can make a pattern for a model"
        f"{'' if race.tags else ', before the steps are pooled to one answer'}."
    )
    return section("windows", "How far they see", figure(picture, text(caption, 500)))


def _room(sides: list[float]) -> float:
    """The tokens that one side is given: a little beyond the longest that ends where one does not."""
    longest = max((side for side in sides if math.isfinite(side)), default=0.0)
    return max(1.25 * longest, 12.0) if math.inf in sides else max(longest, 3.0)
