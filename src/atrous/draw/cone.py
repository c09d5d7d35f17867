"""The cone of a model: what each layer sees, drawn in text."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from atrous.draw.table import shortened
from atrous.window import Number, Window


def cone(windows: Sequence[tuple[str, Window]], *, width: int = 100, plain: bool = False) -> str:
    """What each layer sees, drawn to one linear scale, time running to the right; a side without end is an arrow.

    windows: name and window of each, such as `top_level` gives.
    plain: draw in ASCII, for a terminal or a file that takes no more.

    >>> print(cone([("Tokens", Window()), ("Conv", Window(9, 3)), ("LSTM", Window(math.inf, 3))]))
    Tokens             ●
    Conv      ━━━━━━━━━●━━━
    LSTM    ←━━━━━━━━━━●━━━
            ● the output's own step; one column: 1 token; ← without end
    """
    bar, mark, back, ahead = ("-", "o", "<", ">") if plain else ("━", "●", "←", "→")
    names = [shortened(name, max(20, width * 2 // 5)) for name, _ in windows]
    label = max(map(len, names), default=0)
    sides = [[window.left for _, window in windows], [window.right for _, window in windows]]
    room = max(24, width - label - 2)
    scales = (digit * 10**power for power in itertools.count() for digit in (1, 2, 5))
    scale = next(scale for scale in scales if 1 + sum(_span(side, scale) for side in sides) <= room)
    before, later = (_span(side, scale) for side in sides)
    lines = []
    for name, (_, window) in zip(names, windows, strict=True):
        past = back + bar * (before - 1) if window.left == math.inf else bar * _columns(window.left, scale)
        future = bar * (later - 1) + ahead if window.right == math.inf else bar * _columns(window.right, scale)
        lines.append(f"{name:<{label}}  {past:>{before}}{mark}{future}")
    arrows = " ".join(arrow for arrow, side in ((back, sides[0]), (ahead, sides[1])) if math.inf in side)
    note = f"{mark} the output's own step; one column: {scale:,} token{'s' if scale > 1 else ''}"
    lines.append(" " * (label + 2) + note + (f"; {arrows} without end" if arrows else ""))
    return "\n".join(lines)


def _columns(side: Number, scale: int) -> int:
    """Rounded up, so that what sees one step beyond its own is seen to."""
    return math.ceil(math.floor(side) / scale)


def _span(side: Sequence[Number], scale: int) -> int:
    """The columns that one side of the drawing takes; an arrow stands beyond whatever ends."""
    longest = max((_columns(one, scale) for one in side if one != math.inf), default=0)
    return max(8, longest + 2) if math.inf in side else longest
