"""Pictures as SVG text that any browser shows, in light and in dark: lines over axes, and steps as cells."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

STYLE = """
svg { font: 12px system-ui, sans-serif; --ink: #1d2733; --soft: #5c6773; --rule: #d4d9df; --none: #e7eaee;
  --c0: #003ed5; --c1: #9f2306; --c2: #00704b; --c3: #a93797; --c4: #8a7300; --c5: #0084ba }
@media (prefers-color-scheme: dark) { svg { --ink: #e7ebf0; --soft: #a5afba; --rule: #3c4652; --none: #2b343e;
  --c0: #7f8fff; --c1: #ee6a41; --c2: #17c193; --c3: #d77fc6; --c4: #ecc81f; --c5: #7fd7f2 } }
text { fill: var(--ink) } .soft { fill: var(--soft) } .title { font-size: 15px; font-weight: 600 }
.part { font-weight: 600 } .rule { stroke: var(--rule) } path { fill: none; stroke-width: 2; stroke-linejoin: round }
"""
COLOURS = 6
WIDTH = 880
_LETTER = 6.6  # points that a letter takes, about
_ROW = 14  # between two names at the end of lines


class Line(NamedTuple):
    """A curve. points: x and y. colour: one of COLOURS. dashed: a way of the same model, say."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: int
    dashed: bool = False


class Axis(NamedTuple):
    """What is measured, from where to where, and the marks: values and what is written there."""

    label: str
    low: float
    high: float
    marks: Sequence[tuple[float, str]]
    log: bool = False

    def at(self, value: float) -> float:
        """The place of a value, 0 at the low end and 1 at the high one; what lies beyond is put at the end."""
        if self.log:
            low, high, value = math.log(self.low), math.log(self.high), math.log(max(value, self.low))
        else:
            low, high = self.low, self.high
        return min(1.0, max(0.0, (value - low) / (high - low)))


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def powers(low: int, high: int, every: int = 1) -> list[tuple[float, str]]:
    """Marks at powers of ten.

    >>> powers(-6, 2, 4)
    [(1e-06, '10⁻⁶'), (0.01, '0.01'), (100.0, '100')]
    """
    exponents = range(low, high + 1, every)
    return [(10.0**one, f"{10.0**one:,g}" if abs(one) < 4 else "10" + str(one).translate(_RAISED)) for one in exponents]


def steps(low: float, high: float) -> list[tuple[float, str]]:
    """Marks at 1, 2 and 5 times powers of ten, within an axis by factors.

    >>> steps(15, 120)
    [(20.0, '20'), (50.0, '50'), (100.0, '100')]
    """
    found = [first * 10.0**power for power in range(-3, 6) for first in (1, 2, 5)]
    return [(one, f"{one:,g}") for one in found if low <= one <= high]


class Panel(NamedTuple):
    """Lines over two axes."""

    title: str
    x: Axis
    y: Axis
    lines: Sequence[Line]


def chart(title: str, note: str, panels: Sequence[Panel], *, height: int = 300) -> str:
    """Panels side by side, each line named at its end. note: a sentence below the title.

    >>> axis = Axis("steps", 0, 2, [(0, "0"), (2, "2")])
    >>> chart("one", "a line", [Panel("", axis, axis, [Line("a", [(0, 0), (2, 2)], 0)])]).startswith("<svg xmlns=")
    True
    """
    parts = []
    room = (WIDTH - 16) / len(panels)
    for number, panel in enumerate(panels):
        parts += _panel(panel, 8 + room * number, 66, room, height)
    return _svg(title, note, parts, 66 + height + 52)


def _svg(title: str, note: str, parts: Sequence[str], height: float) -> str:
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" width="{WIDTH}">',
        f"<title>{escape(title)}</title><desc>{escape(note)}</desc><style>{STYLE}</style>",
        f'<text class="title" x="8" y="22">{escape(title)}</text>',
        f'<text class="soft" x="8" y="42">{escape(note)}</text>', *parts, "</svg>",
    ]) + "\n"  # fmt: skip


def _panel(panel: Panel, left: float, top: float, width: float, height: float) -> list[str]:
    names = max(len(line.name) for line in panel.lines) * _LETTER + 14
    first, last = left + 62, left + width - names
    bottom = top + height

    def place(x: float, y: float) -> tuple[float, float]:
        return first + panel.x.at(x) * (last - first), bottom - panel.y.at(y) * (height - 18)

    parts = [f'<text class="part" x="{first:.1f}" y="{top}">{escape(panel.title)}</text>'] if panel.title else []
    for value, label in panel.y.marks:
        _, y = place(panel.x.low, value)
        parts.append(f'<line class="rule" x1="{first:.1f}" x2="{last:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="soft" x="{first - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{escape(label)}</text>')
    for value, label in panel.x.marks:
        x, _ = place(value, panel.y.low)
        parts.append(f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom:g}" y2="{bottom + 5:g}"/>')
        parts.append(f'<text class="soft" x="{x:.1f}" y="{bottom + 18:g}" text-anchor="middle">{escape(label)}</text>')
    middle = (first + last) / 2
    parts.append(f'<text class="soft" x="{middle:.1f}" y="{bottom + 38:g}" text-anchor="middle">{panel.x.label}</text>')
    turned = f"rotate(-90 {left + 10:.1f} {top + height / 2:.1f})"
    parts.append(
        f'<text class="soft" x="{left + 10:.1f}" y="{top + height / 2:.1f}" text-anchor="middle" '
        f'transform="{turned}">{escape(panel.y.label)}</text>'
    )
    ends = []
    for line in panel.lines:
        points = [place(x, y) for x, y in line.points]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        dashes = ' stroke-dasharray="5 4"' if line.dashed else ""
        parts.append(f'<path d="{path}" style="stroke:var(--c{line.colour})"{dashes}/>')
        if len(points) <= 12:
            dots = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" style="fill:var(--c{line.colour})"/>' for x, y in points)
            parts += dots
        ends.append((line, *points[-1]))
    early = [end for end in ends if end[1] < last - 60]  # named where they end, all others beside the axes
    late = [end for end in ends if end not in early]
    heights = apart([y for _, _, y in late], _ROW, bottom)
    named = [(line, x, y) for line, x, y in early] + [
        (line, last, y) for (line, _, _), y in zip(late, heights, strict=True)
    ]
    for line, x, y in named:
        colour = f'style="fill:var(--c{line.colour})"'
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" {colour}>{escape(line.name)}</text>')
    return parts


def apart(heights: Sequence[float], least: float, bottom: float) -> list[float]:
    """The heights, moved until none is nearer to the next than `least`, none below `bottom`.

    >>> apart([10, 10, 50], 14, 100)
    [3.0, 17.0, 50.0]
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    groups: list[list[float]] = []  # of each group of touching names: its middle, and how many
    for place in order:
        groups.append([heights[place], 1.0])
        while len(groups) > 1:
            (upper, many), (lower, few) = groups[-2:]
            if lower - upper >= least * (many + few) / 2:
                break
            groups[-2:] = [[(upper * many + lower * few) / (many + few), many + few]]
    found = [0.0] * len(heights)
    number = 0
    for middle, count in groups:
        start = min(middle - least * (count - 1) / 2, bottom - least * (count - 1))
        for inside in range(int(count)):
            found[order[number]] = float(start + least * inside)
            number += 1
    return found


def cells(title: str, note: str, rows: Sequence[tuple[str, str, Sequence[bool]]], label: str) -> str:
    """A line of cells each row, filled where true.

    rows: a name, what stands behind it, the cells. label: what a cell is.

    >>> cells("seen", "filled", [("a", "all", [True, True])], "lag").count("<rect")
    2
    """
    names, size = 210, min(18.0, (WIDTH - 330) / max(len(row) for *_, row in rows))
    parts = []
    for number, (name, about, row) in enumerate(rows):
        y = 62 + 30 * number
        parts.append(f'<text x="8" y="{y + 14}">{escape(name)}</text>')
        for place, filled in enumerate(row):
            colour = "c0" if filled else "none"
            parts.append(
                f'<rect x="{names + size * place:.1f}" y="{y}" width="{size - 2:.1f}" height="18" rx="2" '
                f'style="fill:var(--{colour})"/>'
            )
        end = names + size * len(row) + 6
        parts.append(f'<text class="soft" x="{end:.1f}" y="{y + 14}">{escape(about)}</text>')
    y = 62 + 30 * len(rows)
    most = max(len(row) for *_, row in rows)
    for place in range(0, most, 5):
        x = names + size * (place + 0.5) - 1
        parts.append(f'<text class="soft" x="{x:.1f}" y="{y + 10}" text-anchor="middle">{place}</text>')
    parts.append(f'<text class="soft" x="{names}" y="{y + 30}">{escape(label)}</text>')
    return _svg(title, note, parts, y + 42)


class Tree(NamedTuple):
    """A stack of convolutions, drawn as what its last output reads. layers: of each its dilation and its stride."""

    name: str
    about: str
    layers: Sequence[tuple[int, int]]


def trees(title: str, note: str, stacks: Sequence[Tree], *, steps: int, kernel: int = 3) -> str:
    """Stacks side by side: a dot for each step of each layer that is computed, lines from what the last output reads.

    >>> trees("t", "n", [Tree("a", "", [(1, 1)])], steps=4).count("<circle")
    8
    """
    parts: list[str] = []
    room = (WIDTH - 16) / len(stacks)
    deepest = max(len(stack.layers) for stack in stacks)
    height = 34 * deepest
    for number, stack in enumerate(stacks):
        left, bottom = 8 + room * number, 96 + height
        size = (room - 24) / (steps - 1)
        parts.append(f'<text class="part" x="{left:.1f}" y="68">{escape(stack.name)}</text>')
        parts.append(f'<text class="soft" x="{left:.1f}" y="{bottom + 28}">{escape(stack.about)}</text>')
        rise = height / len(stack.layers)
        places, levels = list(range(steps)), [list(range(steps))]
        for _, stride in stack.layers:  # an output of stride 2 closes its block of two
            places = places[(len(places) - 1) % stride :: stride]
            levels.append(places)
        read = {levels[-1][-1]}
        joined: list[str] = []
        dots: list[tuple[float, float, bool]] = [
            (left + 8 + size * place, bottom - rise * len(stack.layers), place in read) for place in levels[-1]
        ]
        for level in range(len(stack.layers), 0, -1):
            dilation, below = stack.layers[level - 1][0], levels[level - 1]
            apart_by = below[1] - below[0] if len(below) > 1 else 1
            next_read: set[int] = set()
            for place in read:
                for tap in range(kernel):
                    source = place - tap * dilation * apart_by
                    if source < 0:
                        continue
                    next_read.add(source)
                    joined.append(
                        f"M{left + 8 + size * place:.1f} {bottom - rise * level:.1f}"
                        f"L{left + 8 + size * source:.1f} {bottom - rise * (level - 1):.1f}"
                    )
            read = next_read
            dots += [(left + 8 + size * place, bottom - rise * (level - 1), place in read) for place in below]
        parts.append(f'<path d="{"".join(joined)}" style="stroke:var(--soft);stroke-width:.8"/>')
        for x, y, filled in dots:
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" style="fill:var(--{"c0" if filled else "rule"})"/>'
            )
    return _svg(title, note, parts, 96 + height + 42)
