"""What a gradient probe found, as a picture: SVG that any browser shows, in light and in dark."""

from __future__ import annotations

import math
import textwrap
from html import escape

from atrous.draw.gradient_text import number
from atrous.draw.gradient_words import percent, spoken, verdict
from atrous.draw.gradients import SPAN, Gradients, Lags, LayerGradient, Profile
from atrous.draw.picture import STYLE
from atrous.draw.table import shortened

_WIDTH, _LEFT, _RIGHT = 880, 60, 868  # points
_TOP, _HIGH = 132, 150  # of the drawing of the lags
_NAMES, _NUMBERS, _ROW = 290, 150, 22  # of the layers
_BEFORE, _AFTER = _WIDTH - 80, _WIDTH - 8  # where their numbers end
_MARKS = """.start { fill: none; stroke: var(--own); stroke-width: 1.6 } .hollow { fill: none; stroke: var(--own) }
.thick { stroke: var(--bar); stroke-width: 3 } .thin { stroke: var(--own); stroke-width: 1.6 }
.dot { fill: var(--bar) } .field { fill: var(--rule) }
"""


def gradient_picture(found: Gradients, *, title: str) -> str:
    """The effective field laid over the window, to scale, and the gradient down the layers.

    title: what stands above it.

    >>> from atrous.window import Window
    >>> lags = Lags(Window(1), -1, 0, None, Profile((0.2, 0.8), 0.0, (-1, 0)))
    >>> gradient_picture(Gradients(3, lags, ()), title="a convolution").startswith("<svg xmlns=")
    True
    """
    said = verdict(found)
    below = _TOP + _HIGH + 112
    height = below + 44 + _ROW * len(found.layers) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="atrous-field" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'width="{_WIDTH}">',
        f"<title>{escape(title)}</title><desc>{escape(' '.join(said))}</desc><style>{STYLE}{_MARKS}</style>",
        f'<text class="title" x="8" y="22">{escape(title)}</text>',
        *(
            _text(one, 42 + 16 * place, soft=True)
            for place, one in enumerate(textwrap.wrap(" ".join(said[:2]), 138)[:3])
        ),
        *_legend(found.lags),
        *_field(found.lags),
        *_layers(found.layers, below),
        "</svg>",
    ]
    return "\n".join(filter(None, lines)) + "\n"


def _text(words: str, y: float, *, x: float = 8, soft: bool = False, anchor: str = "start") -> str:
    about = ' class="soft"' * soft + f' text-anchor="{anchor}"' * (anchor != "start")
    return f'<text x="{x:.1f}" y="{y:.1f}"{about}>{escape(words)}</text>'


def _legend(lags: Lags) -> list[str]:
    line = '<line class="thin" x1="{}" x2="{}" y1="104" y2="104"/>'
    if lags.end is None:
        return [line.format(8, 28), _text("not trained", 109, x=34)]
    square = '<rect class="bar" x="8" y="98" width="12" height="12"/>'
    return [square, _text("after training", 109, x=26), line.format(130, 150), _text("before training", 109, x=156)]


class _Scale:
    """From lags to points."""

    def __init__(self, lags: Lags) -> None:
        self.first, self.unit = lags.first, (_RIGHT - _LEFT) / (lags.last - lags.first + 1)
        hops = (digit * 10**power for power in range(12) for digit in (1, 2, 5))
        hop = next(one for one in hops if one * self.unit >= 46)
        self.ticks = range(-(-lags.first // hop) * hop, lags.last + 1, hop)

    def at(self, lag: float) -> float:
        """Where a lag begins."""
        return _LEFT + (lag - self.first) * self.unit


def _field(lags: Lags) -> list[str]:
    scale, floor = _Scale(lags), _TOP + _HIGH
    highest = max((share for one in (lags.start, lags.end) if one for share in one.shares), default=0.0) or 1.0
    lines = []
    for lag in scale.ticks:
        x = scale.at(lag + 0.5)
        lines.append(f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{floor + 46}"/>')
        lines.append(_text(f"{lag:,}", floor + 76, x=x, soft=True, anchor="middle"))
    lines.append(_text(_percent(highest), _TOP + 10, x=_LEFT - 8, soft=True, anchor="end"))
    lines.append(_text("0", floor, x=_LEFT - 8, soft=True, anchor="end"))
    if lags.end is not None:
        gap = min(1.0, scale.unit / 5)
        for lag, share in enumerate(lags.end.shares, lags.first):
            high = _HIGH * share / highest
            lines.append(
                f'<rect class="bar" x="{scale.at(lag) + gap / 2:.1f}" y="{floor - high:.1f}" '
                f'width="{scale.unit - gap:.2f}" height="{high:.1f}"/>'
            )
    if lags.start is not None:
        path = f"M{scale.at(lags.first):.1f} {floor}"
        for lag, share in enumerate(lags.start.shares, lags.first):
            path += f"V{floor - _HIGH * share / highest:.1f}H{scale.at(lag + 1):.1f}"
        lines.append(f'<path class="start" d="{path}V{floor}"/>')
    lines += _span(lags.end, scale, floor + 12, "thick") + _span(lags.start, scale, floor + 24, "thin")
    lines += _window(lags, scale, floor + 36)
    lines.append(_text("tokens before (-) and after the step's own", floor + 94, x=_RIGHT, soft=True, anchor="end"))
    return lines


def _span(one: Profile | None, scale: _Scale, y: float, kind: str) -> list[str]:
    """The run of lags that holds most of the gradient."""
    if one is None:
        return []
    first, end = max(_LEFT, scale.at(one.span[0])), min(_RIGHT, scale.at(one.span[1] + 1))
    words = f"{percent(SPAN)}: {spoken(one.span)}"
    line = f'<line class="{kind}" x1="{first:.1f}" x2="{end:.1f}" y1="{y}" y2="{y}"><title>{words}</title></line>'
    ends = [f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 4}" y2="{y + 4}"/>' for x in (first, end)]
    return [line, *ends]


def _window(lags: Lags, scale: _Scale, y: float) -> list[str]:
    """What the encoder declares that it sees, as far as it is drawn; an arrow where it goes on."""
    lines = [f'<rect class="field" x="{_LEFT}" y="{y}" width="{_RIGHT - _LEFT}" height="10"/>']
    if lags.first <= 0 <= lags.last:
        lines.append(
            f'<rect class="own" x="{scale.at(0):.1f}" y="{y - 2}" width="{max(2.0, scale.unit):.1f}" height="14"/>'
        )
    for goes_on, x, out in (
        (lags.window.left > -lags.first, _LEFT, -9),
        (lags.window.right >= lags.last + 1, _RIGHT, 9),
    ):
        if goes_on:
            lines.append(f'<polygon class="field" points="{x + out},{y + 5} {x},{y - 4} {x},{y + 14}"/>')
    lines.append(_text("window", y + 9, x=_LEFT - 12, soft=True, anchor="end"))
    return lines


def _layers(layers: tuple[LayerGradient, ...], top: int) -> list[str]:
    known = [one for layer in layers for one in (layer.start, layer.end) if one and math.isfinite(one)]
    if not known:
        return []
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    high += low == high
    left, right = _NAMES + 24, _WIDTH - _NUMBERS - 24

    def at(value: float) -> float:
        return left + (math.log10(value) - low) / (high - low) * (right - left)

    bottom = top + 26 + _ROW * len(layers)
    lines = [_text("Gradient of the loss at the output of each layer", top + 12)]
    lines += [
        _text(words, top + 12, x=x, soft=True, anchor="end") for x, words in ((_BEFORE, "before"), (_AFTER, "after"))
    ]
    hop = max(1, -(-(high - low) // 8))
    for power in range(low, high + 1, hop):
        x = at(10.0**power)
        lines.append(f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{top + 24}" y2="{bottom}"/>')
        words = f"1e{power}" if abs(power) > 3 else f"{10.0**power:g}"
        lines.append(_text(words, bottom + 16, x=x, soft=True, anchor="middle"))
    for row, one in enumerate(layers):
        y = top + 26 + _ROW * row + _ROW // 2
        lines.append(_text(shortened(one.name, 46), y + 4))
        for value, shape, radius in ((one.start, "hollow", 5), (one.end, "dot", 4)):
            if value and math.isfinite(value):
                lines.append(f'<circle class="{shape}" cx="{at(value):.1f}" cy="{y}" r="{radius}"/>')
        lines.append(_text(number(one.start), y + 4, x=_BEFORE, soft=True, anchor="end"))
        lines.append(_text(number(one.end), y + 4, x=_AFTER, soft=True, anchor="end"))
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"
