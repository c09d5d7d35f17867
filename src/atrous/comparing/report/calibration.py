"""Whether the best model is right as often as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atrous.comparing.report.given import Race, mappings
from atrous.page import ink
from atrous.page.markup import Html, figure, section, tag, text
from atrous.page.words import counted, finite, points

if TYPE_CHECKING:
    from matplotlib.figure import Figure
else:
    Figure = Any


class Bin(NamedTuple):
    """The answers whose probability lies between low and high: how many, how probable, how often right."""

    low: float
    high: float
    rows: int
    confidence: float
    right: float


def bins(race: Race) -> list[Bin]:
    """The bins that hold answers."""
    found = []
    for one in mappings(race.part("best_on_test").get("calibration")):
        numbers = [finite(one.get(field)) for field in Bin._fields]
        whole = [number for number in numbers if number is not None]
        if len(whole) == len(numbers) and whole[2] > 0:
            found.append(Bin(whole[0], whole[1], int(whole[2]), whole[3], whole[4]))
    return found


def calibration(race: Race) -> Html:
    """Points on the diagonal are honest; below it a model promises too much."""
    title, found = "Can its probabilities be believed", bins(race)
    if not found:
        return section("calibration", title, tag("p", text("There are no probabilities to judge.")))

    def draw(canvas: Figure) -> None:
        above, below = canvas.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        above.plot([0, 1], [0, 1], color=ink.SOFT, linewidth=1, linestyle=(0, (3, 2)))
        above.plot([one.confidence for one in found], [one.right for one in found], color=ink.MODELS[0], linewidth=1)
        most = max(one.rows for one in found)
        for one in found:
            size = 4 + 8 * (one.rows / most) ** 0.5
            above.plot([one.confidence], [one.right], **ink.marker(0, size=size))
        above.set_ylim(0, 1.04)
        above.set_xlim(0, 1.02)
        above.set_ylabel("share that is right")
        for one in found:
            below.bar((one.low + one.high) / 2, one.rows, width=0.9 * (one.high - one.low), color=ink.MODELS[0])
            below.annotate(
                f"{one.rows:,}",
                ((one.low + one.high) / 2, one.rows),
                xytext=(0, 1),
                fontsize=8,
                textcoords="offset points",
                ha="center",
                color=ink.INK,
            )
        below.set_ylim(0, most * 1.35)
        below.set_yticks([])
        below.set_ylabel("tokens" if race.tags else "rows")
        below.grid(visible=False)
        below.set_xlabel("probability that the model gives its answer")

    says = "; ".join(
        f"{counted(one.rows, 'token' if race.tags else 'row')} said {one.confidence:.2f}, right {one.right:.2f}"
        for one in found
    )
    picture = ink.drawn("reliability", draw, title="Reliability diagram", says=says, size=(ink.WIDTH, 4.4))
    caption = (
        "Above: of the answers that were given about that probability, the share that is right; on the dashed line the "
        "two agree, below it the model promises more than it keeps. Below: how many answers each point stands for."
    )
    return section("calibration", title, tag("p", text(_words(race, found), 400)), figure(picture, text(caption, 400)))


def _words(race: Race, found: list[Bin]) -> str:
    """The expected calibration error, said in words."""
    rows = sum(one.rows for one in found)
    confidence = sum(one.rows * one.confidence for one in found) / rows
    right = sum(one.rows * one.right for one in found) / rows
    error = finite(race.part("best_on_test").get("calibration_error"))
    gap = confidence - right
    lean = "neither too sure nor too modest" if abs(gap) < 0.01 else "too sure of itself" if gap > 0 else "too modest"
    said = f"On average the best model gives its answer {confidence:.0%} and is right in {right:.0%}: it is {lean}."
    if error is not None:
        off = points(error, sign=False)
        said += f" Its expected calibration error is {error:.3f}: typically a probability is off by {off} points."
    return said.replace("%", "\N{NO-BREAK SPACE}%")
