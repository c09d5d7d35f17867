"""What a gradient probe found, drawn in text: the effective field over the window, the gradient down the layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from atrous.draw.gradient_words import SEEN, percent, spoken
from atrous.draw.gradients import SPAN, Gradients, LayerGradient, Profile
from atrous.draw.table import shortened
from atrous.window import Number

_HEIGHT = 6  # lines of a drawing
_WIDEST = 6  # columns of one lag, where there are few
_LINE = 20  # columns of the line that shows a layer's gradient


class _Signs(NamedTuple):
    """What is drawn with."""

    levels: str  # an eighth of a cell, two, ... all of it
    window: str
    own: str
    span: tuple[str, str, str]  # its left end, its inside, its right end
    before: str
    after: str
    rule: str


_FULL = _Signs(" ▁▂▃▄▅▆▇█", "━", "●", ("├", "─", "┤"), "○", "●", "·")
_PLAIN = _Signs("  ..::||#", "=", "o", ("|", "-", "|"), "o", "x", ".")


def gradient_text(found: Gradients, *, width: int = 100, plain: bool = False) -> str:
    """The gradient per lag as columns over the window, the span that holds 95 % of it, and a table of the layers.

    width: columns of the terminal. plain: draw in ASCII.
    """
    signs = _PLAIN if plain else _FULL
    return "\n".join([*_field(found, width, signs), "", *_layers(found.layers, width, signs)])


def _field(found: Gradients, width: int, signs: _Signs) -> list[str]:
    lags = found.lags
    at = _Columns(lags.first, lags.last, max(20, width - 4))
    drawn = {"after training": lags.end, "before training": lags.start}
    if lags.end is None:
        drawn = {"not trained": lags.start}
    columns = {name: at.means(one.shares) for name, one in drawn.items() if one is not None}
    highest = max((max(one) for one in columns.values()), default=0.0)
    lines = [
        f"Gradient per lag, {found.rows:,} rows: how much of a step of the encoder comes from the tokens around it"
    ]
    for name, one in drawn.items():
        if one is None:
            continue
        lines += ["", f"{name}; {percent(SPAN)} from {spoken(one.span)}{_beyond(one)}"]
        lines += [f"  {line}".rstrip() for line in _bars(columns[name], highest, signs)]
        lines.append(f"  {at.span(one.span, signs)}".rstrip())
    note = f"one column: {at.scale:,} tokens" if at.scale > 1 else ""
    ends = f"{signs.window} the window, {signs.own} the step's own token" + f"; {note}" * bool(note)
    return [*lines, f"  {at.window(signs)}", f"  {at.axis()}", f"  {ends}"]


def _beyond(one: Profile) -> str:
    return f"; {percent(one.beyond, 1)} from beyond what is shown" if one.beyond >= SEEN else ""


def _bars(columns: Sequence[float], highest: float, signs: _Signs) -> list[str]:
    eighths = [round(8 * _HEIGHT * one / highest) if highest else 0 for one in columns]
    # What is there is seen to be there.
    eighths = [max(1, full) if one > 0 else 0 for full, one in zip(eighths, columns, strict=True)]
    levels = [[min(8, max(0, full - 8 * line)) for full in eighths] for line in reversed(range(_HEIGHT))]
    return ["".join(signs.levels[one] for one in line) for line in levels]


class _Columns:
    """From lags to columns of the terminal: several lags in one, or several columns for one."""

    def __init__(self, first: int, last: int, room: int) -> None:
        self.first, self.last = first, last
        scales = (digit * 10**power for power in range(12) for digit in (1, 2, 5))
        self.scale = next(scale for scale in scales if math.ceil(last / scale) - math.ceil(first / scale) < room)
        self.wide = max(1, min(_WIDEST, room // (last - first + 1))) if self.scale == 1 else 1
        self.count = self.at(last) + self.wide

    def at(self, lag: int) -> int:
        """The first column of a lag, of several the one that ends with it; one outside counts as the outermost."""
        lag = min(max(lag, self.first), self.last)
        column: int = math.ceil(lag / self.scale) - math.ceil(self.first / self.scale)
        return column * self.wide

    def means(self, shares: Sequence[float]) -> list[float]:
        """The mean share of the lags in each column."""
        lags: list[list[float]] = [[] for _ in range(self.count)]
        for lag, share in enumerate(shares, self.first):
            for column in range(self.wide):
                lags[self.at(lag) + column].append(share)
        return [sum(one) / len(one) for one in lags]

    def span(self, span: tuple[int, int], signs: _Signs) -> str:
        begin, end = self.at(span[0]), self.at(span[1]) + self.wide - 1
        left, inside, right = signs.span
        return " " * begin + (left + inside * (end - begin - 1) + right if end > begin else left)

    def window(self, signs: _Signs) -> str:
        own = self.at(0)
        cells = [signs.window] * self.count
        if self.first <= 0 <= self.last:
            cells[own : own + self.wide] = signs.own.center(self.wide, signs.window)
        return "".join(cells)

    def axis(self) -> str:
        """Lags below their columns, as many as there is room for."""
        hops = (digit * 10**power for power in range(12) for digit in (1, 2, 5))
        hop = next(hop for hop in hops if (hop >= self.scale and hop * self.wide // self.scale >= 8) or hop > 10**9)
        line = [" "] * (self.count + 12)
        for lag in range(-(-self.first // hop) * hop, self.last + 1, hop):
            text = f"{lag:,}"
            begin = max(0, self.at(lag) + (self.wide - 1) // 2 - (len(text) - 1) // 2)
            if all(cell == " " for cell in line[max(0, begin - 1) : begin + len(text) + 1]):
                line[begin : begin + len(text)] = text
        return "".join(line).rstrip()


def _layers(layers: Sequence[LayerGradient], width: int, signs: _Signs) -> list[str]:
    scale = _Log([number for one in layers for number in (one.start, one.end)])
    dead = any(one.dead for one in layers if one.name.startswith("encode: "))
    heads = ["before", "after", *(["dead"] if dead else [])]
    numbers = 9 * len(heads)
    room = max(16, min(max(len(one.name) for one in layers), width - numbers - scale.columns - 4))
    lines = [f"{'gradient of the loss at the output of':<{room}.{room}}" + "".join(f"{head:>9}" for head in heads)]
    lines[0] += f"  {scale.ends}"
    for one in layers:
        cells = [number(one.start), number(one.end)]
        if dead:
            cells.append(f"{one.dead:.0%}" if one.dead and one.name.startswith("encode: ") else "")
        text = f"{shortened(one.name, room):<{room}}" + "".join(f"{cell:>9}" for cell in cells)
        lines.append(f"{text}  {scale.line(one, signs)}".rstrip())
    return [*lines, f"{'':<{room + numbers}}  {signs.before} before, {signs.after} after training; a log scale"]


def number(value: float | None) -> str:
    """A gradient's size with three digits.

    >>> number(0.01234), number(1e-9), number(0.0), number(None)
    ('0.0123', '1e-09', '0', '')
    """
    return "" if value is None else f"{value:.3g}"


class _Log:
    """From a gradient's size to a column, powers of ten being equally far apart."""

    def __init__(self, values: Sequence[float | None]) -> None:
        powers = [math.log10(one) for one in values if one and math.isfinite(one)] or [0.0]
        self.low, self.high = math.floor(min(powers)), math.ceil(max(powers))
        self.high += self.low == self.high
        self.columns = _LINE

    @property
    def ends(self) -> str:
        left, right = f"1e{self.low}", f"1e{self.high}"
        return f"{left}{right:>{self.columns - len(left)}}"

    def at(self, value: Number) -> int:
        return round((math.log10(value) - self.low) / (self.high - self.low) * (self.columns - 1))

    def line(self, one: LayerGradient, signs: _Signs) -> str:
        cells = [signs.rule] * self.columns
        for value, sign in ((one.start, signs.before), (one.end, signs.after)):
            if value and math.isfinite(value):
                cells[self.at(value)] = sign
        return "".join(cells)
