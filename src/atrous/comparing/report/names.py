"""Names beside markers and lines, each where it covers least."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from atrous.page import ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
else:
    Axes = Any

_FONT = 9.0  # points
_LETTER = 0.56  # of the size of a font: the width of a letter, nearly
_MARKER = 5.0  # points from the middle of a marker to its rim
_GAP = 8.0  # points from the middle of a marker to its name

Box = tuple[float, float, float, float]  # left, bottom, right, top


def name_markers(
    axes: Axes, markers: Sequence[tuple[str, float, float]], lines: Sequence[tuple[str, float]] = ()
) -> None:
    """Write the names beside markers and level lines that are drawn already, in the units of the axes.

    markers: (name, x, y) of each; a name that stands away from its marker gets a thin line to it.
    lines: (name, y) of each, written above or below its line at one of its ends.
    """
    figure: Any = axes.get_figure()
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # from here on it is known where the axes are, and they stay there
    spots = [_spot(axes, x, y) for _, x, y in markers]
    extent = axes.get_window_extent()
    frame = (extent.x0, extent.y0, extent.x1, extent.y1)
    taken: list[Box] = [(x - _MARKER, y - _MARKER, x + _MARKER, y + _MARKER) for x, y in spots]
    for name, y in lines:
        _, height = _spot(axes, 1, y)
        ends = [_at(name, left, bottom) for bottom in (height + 2, height - _FONT - 2) for left in _ends(name, frame)]
        taken.append(_written(axes, name, ends, taken, frame, colour=ink.SOFT))
        taken.append((frame[0], height - 1, frame[2], height + 1))
    for (name, _, _), spot in zip(markers, spots, strict=True):
        taken.append(_written(axes, name, _around(name, *spot), taken, frame, colour=ink.INK, spot=spot))


def _spot(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """Where a point of the axes stands in the figure."""
    across, up = axes.transData.transform((x, y))
    return float(across), float(up)


def _written(
    axes: Axes,
    name: str,
    boxes: Sequence[Box],
    taken: Sequence[Box],
    frame: Box,
    *,
    colour: str,
    spot: tuple[float, float] | None = None,
) -> Box:
    """Write a name into the first of the boxes that covers least; which it was."""
    box, least = boxes[0], math.inf
    for one in boxes:
        covered = round(_outside(one, frame) + sum(_overlap(one, other) for other in taken), 3)
        if covered < least:
            box, least = one, covered
        if not least:
            break
    middle = (box[1] + box[3]) / 2
    away = spot is not None and _distance(box, spot) > 1.1 * _GAP
    axes.annotate(
        name,
        spot or (box[0], middle),
        xycoords="figure pixels",
        xytext=(box[0], middle),
        textcoords="figure pixels",
        va="center",
        fontsize=_FONT,
        color=colour,
        arrowprops={"arrowstyle": "-", "color": ink.SOFT, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 4}
        if away
        else None,
    )
    return box


def _around(name: str, x: float, y: float) -> list[Box]:
    """Where a name may stand beside its marker: right, left, above, below, and from there away from it."""
    wide = _at(name, 0, 0)[2]
    near = [(x + _GAP, 0), (x - _GAP - wide, 0), (x - wide / 2, 1), (x - wide / 2, -1)]
    places = [(x + _GAP + out, line) for out in (0, 25, 50, 75) for line in range(-12, 13)]
    places += [(x - _GAP - out - wide, line) for out in (0, 25, 50, 75) for line in range(-12, 13)]
    boxes = [_at(name, left, y + line * (_FONT + 3) - _FONT / 2) for left, line in near + places]
    return boxes[: len(near)] + sorted(boxes[len(near) :], key=lambda box: _distance(box, (x, y)))


def _ends(name: str, frame: Box) -> tuple[float, float]:
    """Where a name begins that stands at the right end of the frame, or at the left one."""
    return frame[2] - _at(name, 0, 0)[2] - 2, frame[0] + 3


def _at(name: str, left: float, bottom: float) -> Box:
    letters = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in name)
    return left, bottom, left + max(1, letters) * _FONT * _LETTER, bottom + _FONT


def _distance(box: Box, spot: tuple[float, float]) -> float:
    """From a box to a point outside it."""
    across = max(box[0] - spot[0], spot[0] - box[2], 0)
    up = max(box[1] - spot[1], spot[1] - box[3], 0)
    return float((across**2 + up**2) ** 0.5)


def _overlap(a: Box, b: Box) -> float:
    """The area that two boxes share.

    >>> _overlap((0, 0, 2, 2), (1, 1, 5, 5)), _overlap((0, 0, 1, 1), (1, 0, 2, 1))
    (1.0, 0.0)
    """
    return float(max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1])))


def _outside(box: Box, frame: Box) -> float:
    """How much is wrong with a name that reaches out of the frame."""
    beyond = [frame[0] - box[0], frame[1] - box[1], box[2] - frame[2], box[3] - frame[3]]
    return 20 * sum(max(0.0, float(one)) for one in beyond)
