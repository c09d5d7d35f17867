"""What a notebook shows of a thing: a card that is readable whatever the notebook's theme, and alters nothing else."""

from __future__ import annotations

import math
from fractions import Fraction

from atrous.page.markup import Html, joined, tag, text
from atrous.page.style import COLOURS_DARK, COLOURS_LIGHT

# Every rule is of the card alone, which brings its own ground: a notebook's theme need not be the browser's.
_STYLE = f"""
.atrous {{ {COLOURS_LIGHT}; color: var(--ink); background: var(--paper); border: 1px solid var(--rule);
  border-radius: 4px; padding: .6rem .9rem; max-width: 60rem; overflow-x: auto; font: .9rem/1.5 system-ui, sans-serif }}
@media screen and (prefers-color-scheme: dark) {{ .atrous {{ {COLOURS_DARK} }} }}
.atrous h4 {{ margin: 0 0 .3rem; font-size: 1rem; color: var(--ink) }}
.atrous p, .atrous dl, .atrous summary {{ margin: .3rem 0; color: var(--ink) }}
.atrous dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem }}
.atrous dt, .atrous .soft {{ color: var(--soft) }} .atrous dd {{ margin: 0; overflow-wrap: anywhere }}
.atrous table {{ border-collapse: collapse; font: inherit; font-variant-numeric: tabular-nums;
  margin: .3rem 0 }}
.atrous tr, .atrous thead, .atrous tbody {{ background: none }}
.atrous th, .atrous td {{ padding: .1rem .6rem .1rem 0; text-align: left; font-weight: normal; color: var(--ink) }}
.atrous thead th {{ color: var(--soft); border-bottom: 1px solid var(--rule) }}
.atrous th.number, .atrous td.number {{ text-align: right }}
.atrous pre {{ margin: .3rem 0; background: var(--ground); color: var(--ink); padding: .4rem .6rem }}
.atrous svg {{ max-width: 100%; height: auto }}
"""
Side = Fraction | int | float
_BAR, _HEIGHT = 260, 12  # points


def card(*inside: Html) -> str:
    """The HTML of a card that holds these pieces, as a method `_repr_html_` gives it.

    >>> card(tag("p", text("a < b"))).endswith('<p>a &lt; b</p></div>')
    True
    """
    return tag("div", tag("style", Html(_STYLE)), joined(inside, ""), class_="atrous")


def facts(rows: dict[str, Html]) -> Html:
    """Names and what is said of them."""
    return tag("dl", *(piece for name, said in rows.items() for piece in (tag("dt", text(name)), tag("dd", said))))


def bar(left: Side, right: Side, *, says: str) -> Html:
    """What one output sees, drawn: a bar to scale, the output's own step in it, an arrow where a side has no end.

    left, right: steps before and after its own; `math.inf` for all. says: what a reader hears who cannot see it.
    """
    ends = [math.floor(side) for side in (left, right) if side != math.inf]
    beyond = max(4.0, max(ends, default=0) * 5 / 4)  # a side without end is longer than one that ends
    back, ahead = (beyond if side == math.inf else math.floor(side) for side in (left, right))
    unit = (_BAR - 2 * _HEIGHT) / (back + ahead + 1)
    start, own, end = _HEIGHT, _HEIGHT + back * unit, _BAR - _HEIGHT
    middle = _HEIGHT / 2
    parts = [
        tag("rect", x=_short(start), y=2, width=_short(end - start), height=_HEIGHT - 4, fill="var(--m0)"),
        tag("rect", x=_short(own), y=0, width=_short(max(2.0, unit)), height=_HEIGHT, fill="var(--m1)"),
    ]
    for side, x, tip in ((left, start, start - 9), (right, end, end + 9)):
        if side == math.inf:
            points = f"{_short(tip)},{_short(middle)} {_short(x)},0 {_short(x)},{_HEIGHT}"
            parts.append(tag("polygon", points=points, fill="var(--m0)"))
    box = f"0 0 {_BAR} {_HEIGHT}"
    title = tag("title", text(says, 200))
    return tag("svg", title, *parts, viewBox=box, width=_BAR, height=_HEIGHT, role="img")


def _short(number: float) -> str:
    return f"{number:.1f}"
