"""The cone of a model as a picture: SVG that any browser shows, in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from atrous.draw.growth import Growth, growth
from atrous.draw.rows import FieldRow, last, total
from atrous.draw.table import shortened, si
from atrous.window import Number, Window

_WIDTH, _NAMES, _NUMBERS, _ROW, _TOP = 880, 290, 90, 22, 70  # points
_MOST = 24  # rows of a picture, unless the top level alone has more
_PLOT_TOP, _PLOT = 34, 130  # points below the drawing: above the plot of the growth, and its height
# Said of this picture alone, since it may stand in a page.
STYLE = """
.atrous-field { font: 12px system-ui, sans-serif;
  --ink: #1d2733; --soft: #66727f; --bar: #3572b0; --own: #d9622b; --rule: #d5dae0 }
@media (prefers-color-scheme: dark) {
  .atrous-field { --ink: #e6ebf0; --soft: #98a4b0; --bar: #6aa5e0; --own: #ef8d5d; --rule: #3a4551 }
}
.atrous-field text { fill: var(--ink) } .atrous-field .soft { fill: var(--soft) }
.atrous-field .title { font-size: 15px; font-weight: 600 }
.atrous-field .bar { fill: var(--bar) } .atrous-field .own { fill: var(--own) }
.atrous-field .rule { stroke: var(--rule) } .atrous-field .late { stroke: var(--own) }
.atrous-field .grows { stroke: var(--bar); stroke-width: 2; fill: none }
.atrous-field .pace { stroke: var(--soft); fill: none }
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
    return bars(_shown(rows), title=title, said=said, late=late or 0, grown=growth(rows))


def bars(rows: Sequence[FieldRow], *, title: str, said: str, late: int = 0, grown: Growth | None = None) -> str:
    """A picture of these very rows, all to one scale.

    title: what stands above it. said: the line below the title. late: as `picture` takes it.
    grown: how the window grows, which then is said and plotted below.
    """
    scale = _Scale([row.window for row in rows], late)
    bottom = _TOP + _ROW * len(rows)
    below = [] if grown is None else _growth(grown, bottom + 60)
    height = bottom + (46 if grown is None else 68 + (_PLOT_TOP + _PLOT) * bool(grown.linear))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="atrous-field" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'width="{_WIDTH}">',
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
    return "\n".join([*lines, *below, "</svg>"]) + "\n"


def _growth(grown: Growth, top: int) -> list[str]:
    """The sentence, and the plot where there is something to compare."""
    said = escape(shortened(f"The window {grown.short}.", 150))
    return [f'<text x="8" y="{top}">{said}</text>', *(_plot(grown, top - 14 + _PLOT_TOP) if grown.linear else [])]


def _plot(grown: Growth, top: int) -> list[str]:
    """Tokens seen against layers, to scale, beside the straight line of the first layer's pace."""
    left, right, bottom = _NAMES + 14, _WIDTH - _NUMBERS - 14, top + _PLOT - 20
    most, layers = max(*grown.sizes, *grown.linear), len(grown.sizes) - 1

    def place(layer: int, size: int) -> tuple[float, float]:
        return left + layer * (right - left) / layers, bottom - size * (bottom - top) / most

    def line(kind: str, sizes: Sequence[int]) -> str:
        dashes = ' stroke-dasharray="4 3"' * (kind == "pace")
        points = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in enumerate(sizes))
        return f'<polyline class="{kind}" points="{points}"{dashes}/>'

    lines = [f'<line class="rule" x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}"/>', line("pace", grown.linear)]
    lines.append(line("grows", grown.sizes))
    every = -(-layers // 12)
    for layer, size in enumerate(grown.sizes):
        x, y = place(layer, size)
        lines.append(f'<circle class="bar" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
        if layer % every == 0:
            lines.append(f'<text class="soft" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{layer}</text>')
    ends = (
        {"": grown.sizes[-1]} if grown.sizes == grown.linear else {"": grown.sizes[-1], "linearly ": grown.linear[-1]}
    )
    for words, size in ends.items():
        x, y = place(layers, size)
        lines.append(f'<text class="soft" x="{x + 8:.1f}" y="{y + 4:.1f}">{words}{size:,}</text>')
    lines.append(f'<text class="soft" x="{left - 10}" y="{top + 8}" text-anchor="end">tokens seen</text>')
    lines.append(
        f'<text class="soft" x="{left - 10}" y="{bottom + 16}" text-anchor="end">after each {grown.unit}</text>'
    )
    return lines


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
