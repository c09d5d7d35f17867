"""Names beside markers, each where it covers least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from atrous.comparing.report import ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
else:
    Axes = Any

_FONT = 9.0  # points
_LETTER = 0.56  # of the size of a font: the width of a letter, nearly
_NEAR = 4  # places that need no line to the marker
# Where a name may stand beside its marker, best first: in widths of the name, and in lines.
_PLACES = [(0.0, 0.0), (-1.0, 0.0), (-0.5, 1.0), (-0.5, -1.0)] + [
    (side, float(sign * line)) for line in range(1, 7) for sign in (1, -1) for side in (0.0, -1.0)
]

Box = tuple[float, float, float, float]  # left, bottom, right, top


def name_markers(axes: Axes, markers: Sequence[tuple[str, float, float]]) -> None:
    """Write the names beside markers that are drawn already: (name, x, y) of each, in the units of the axes.

    A name that stands away from its marker gets a thin line to it.
    """
    figure: Any = axes.get_figure()
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # from here on it is known where the axes are, and they stay there
    spots = [tuple(axes.transData.transform((x, y))) for _, x, y in markers]
    extent = axes.get_window_extent()
    frame = (extent.x0, extent.y0, extent.x1, extent.y1)
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in spots]
    for (name, _, _), (x, y) in zip(markers, spots, strict=True):
        boxes = [_box(name, x, y, *place) for place in _PLACES]
        covered = [_outside(box, frame) + sum(_overlap(box, other) for other in taken) for box in boxes]
        number = covered.index(min(covered))
        box = boxes[number]
        taken.append(box)
        lead = {"arrowstyle": "-", "color": ink.SOFT, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 4}
        axes.annotate(
            name,
            (x, y),
            xycoords="figure pixels",
            xytext=(box[0], (box[1] + box[3]) / 2),
            textcoords="figure pixels",
            va="center",
            fontsize=_FONT,
            color=ink.INK,
            arrowprops=None if number < _NEAR else lead,
        )


def _box(name: str, x: float, y: float, side: float, line: float) -> Box:
    width = max(1, len(name)) * _FONT * _LETTER
    left = x + side * width + {0.0: 8, -1.0: -8}.get(side, 0)
    bottom = y + line * (_FONT + 3) - _FONT / 2
    return left, bottom, left + width, bottom + _FONT


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
