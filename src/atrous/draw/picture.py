"""The cone of a model as a picture: SVG that any browser shows, in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from atrous.draw.rows import FieldRow, last, total
from atrous.draw.table import shortened, si
from atrous.window import Number, Window

_WIDTH, _NAMES, _NUMBERS, _ROW, _TOP = 880, 290, 90, 22, 70  # points
_MOST = 24  # rows of a picture, unless the top level alone has more
STYLE = """
svg { font: 12px system-ui, sans-serif;
  --ink: #1d2733; --soft: #66727f; --bar: #3572b0; --own: #d9622b; --rule: #d5dae0 }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6ebf0; --soft: #98a4b0; --bar: #6aa5e0; --own: #ef8d5d; --rule: #3a4551 }
}
text { fill: var(--ink) } .soft { fill: var(--soft) } .title { font-size: 15px; font-weight: 600 }
.bar { fill: var(--bar) } .own { fill: var(--own) } .rule { stroke: var(--rule) } .late { stroke: var(--own) }
"""


def picture(rows: Sequence[FieldRow], *, title: str, steps: int, late: int | None) -> str:
    """The rows as an SVG picture: of each layer the tokens that one of its outputs sees, and what it costs.

    title: what stands above it. steps: as given to `field_rows`.
    late: how many tokens after its own an answer is known when the model streams; None if it does not stream.

    >>> row = FieldRow(0, "Conv(8, 8, kernel=3)", 3, Window(left=2), 200, 38400)
    >>> picture([row], title="a convolution", steps=100, late=0).startswith("<svg xmlns=")
    True
    """
    parameters, flops = total(rows)
    streams = "does not stream" if late is None else f"streams {late:,} tokens late" if late else "streams at once"
    costs = f"{parameters:,} parameters; {si(flops)}FLOP for {steps:,} tokens"
    said = f"one step of the encoder sees {last(rows)}; {streams}; {costs}"
    return bars(_shown(rows), title=title, said=said, late=late or 0)


def bars(rows: Sequence[FieldRow], *, title: str, said: str, late: int = 0) -> str:
    """A picture of these very rows, all to one scale.

    title: what stands above it. said: the line below the title. late: as `picture` takes it.
    """
    scale = _Scale([row.window for row in rows], late)
    bottom = _TOP + _ROW * len(rows)
    height = bottom + 46
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" width="{_WIDTH}">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="8" y="22">{escape(title)}</text>',
        f'<text class="soft" x="8" y="42">{escape(said)}</text>',
    ]
    lines.append(f'<text class="soft" x="{_WIDTH - 8}" y="{_TOP - 6}" text-anchor="end">parameters</text>')
    for place in scale.ticks:
        x = scale.at(place)
        lines.append(f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>')
        lines.append(f'<text class="soft" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{place:,}</text>')
    for number, row in enumerate(rows):
        lines += _bar(row, _TOP + _ROW * number, scale)
    if late:
        x = scale.at(late)
        lines.append(f'<line class="late" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}" stroke-dasharray="4 3"/>')
    endless = any(math.inf in (row.window.left, row.window.right) for row in rows)
    legend = "tokens before (-) and after its own" + "; arrow: without end" * endless
    legend += "; dashed: its answer is known" * bool(late)
    middle = (_NAMES + _WIDTH - _NUMBERS) / 2
    lines.append(f'<text class="soft" x="{middle}" y="{bottom + 34}" text-anchor="middle">{legend}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _shown(rows: Sequence[FieldRow]) -> list[FieldRow]:
    """What embeds and encodes, with as much of what is inside composites as there is room for."""
    rows = [row for row in rows if row.part in ("embed", "encode")]
    depths = range(max(row.depth for row in rows), 0, -1)
    depth = next((most for most in depths if sum(row.depth <= most for row in rows) <= _MOST), 0)
    return [row for row in rows if row.depth <= depth]


def _bar(row: FieldRow, top: int, scale: _Scale) -> list[str]:
    """One layer: its name, the tokens it sees, the token its output belongs to, its parameters."""
    first, past_end = (
        scale.at(-_whole(row.window.left, scale.back)),
        scale.at(_whole(row.window.right, scale.ahead) + 1),
    )
    own, middle, text = scale.at(0), top + _ROW / 2, top + _ROW / 2 + 4
    name = escape(shortened(row.name, 44 - 2 * row.depth))
    parts = [
        f'<text x="{8 + 12 * row.depth}" y="{text}">{name}</text>',
        f'<rect class="bar" x="{first:.1f}" y="{top + 6}" width="{past_end - first:.1f}" height="{_ROW - 12}" rx="2"/>',
        f'<rect class="own" x="{own:.1f}" y="{top + 4}" width="{max(2.0, scale.unit):.1f}" height="{_ROW - 8}"/>',
        f'<text class="soft" x="{_WIDTH - 8}" y="{text}" text-anchor="end">{row.parameters:,}</text>',
    ]
    for side, x, out in ((row.window.left, first, -9), (row.window.right, past_end, 9)):
        if side == math.inf:
            points = f"{x + out:.1f},{middle} {x:.1f},{top + 3} {x:.1f},{top + _ROW - 3}"
            parts.append(f'<polygon class="bar" points="{points}"/>')
    return parts


def _whole(side: Number, endless: int) -> int:
    return endless if side == math.inf else math.floor(side)


class _Scale:
    """From tokens to points; a side without end goes a little beyond everything that ends."""

    def __init__(self, windows: Sequence[Window], late: int) -> None:
        self.back, self.ahead = (
            _room([window.left for window in windows], 0),
            _room([window.right for window in windows], late),
        )
        self.left, self.right = _NAMES + 14, _WIDTH - _NUMBERS - 14
        self.unit = (self.right - self.left) / (self.back + self.ahead + 1)
        hop = next(
            digit * 10**power for power in range(12) for digit in (1, 2, 5) if digit * 10**power * self.unit >= 46
        )
        self.ticks = range(-(self.back // hop) * hop, self.ahead + 1, hop)

    def at(self, token: int) -> float:
        """Where a token begins."""
        return self.left + (token + self.back) * self.unit


def _room(sides: Sequence[Number], least: int) -> int:
    longest = max([least, *(math.floor(side) for side in sides if side != math.inf)])
    return max(longest * 5 // 4, 12) if math.inf in sides else max(longest, 3)
