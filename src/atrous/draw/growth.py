"""How a window grows with depth: linearly, exponentially, or without end."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from atrous.draw.rows import FieldRow
from atrous.window import Number

FASTER = Fraction(3, 2)  # each layer adds so many times what the one before it added, or the growth is not exponential


class Growth(NamedTuple):
    """How a window grows.

    kind: "linear" (each layer adds the same), "exponential" (each adds 1.5 times the one before it, or more), "endless"
        (some layer sees without end), "mixed" (none of these), "once" (one layer makes all of it) or "none".
    sizes: the steps seen before the first layer that sees beyond its own, and after it and each that adds some; layers
        of one rate count as one where the rate falls along the way.
    linear: what each would be if all added what the first one did; () where there is nothing to compare.
    unit: what `sizes` counts, "layer" or "rate". endless: the layer from which on there is no end.

    >>> print(growth_of([("Conv", 1), ("a", 3), ("b", 7), ("c", 15)]))
    grows exponentially with its 3 layers, to 3, 7, 15: each adds twice as much as the one before; at the pace of the
    first it would be 7
    """

    kind: str
    sizes: tuple[int, ...]
    linear: tuple[int, ...] = ()
    unit: str = "layer"
    endless: str = ""

    def __str__(self) -> str:
        """In one sentence, without its end."""
        pace = f"; at the pace of the first it would be {self.linear[-1]:,}" if self.kind == "exponential" else ""
        return self.short + pace

    @property
    def short(self) -> str:
        """The sentence for where the line of the first layer's pace is drawn anyway."""
        count, adds = len(self.sizes) - 1, [later - one for one, later in itertools.pairwise(self.sizes)]
        seen = _listed(self.sizes[1:])
        with_depth = f"with its {count} {self.unit}s, to {seen}"
        if self.kind == "endless":
            return f"has no end, from {self.endless} on" + (f"; {seen} before it" if count else "")
        if self.kind == "none":
            return "does not grow: no layer sees beyond its own step"
        if self.kind == "once":
            return f"does not grow with depth: one layer makes it {seen}"
        if self.kind == "linear":
            return f"grows linearly {with_depth}: each adds {adds[0]:,}"
        if self.kind == "mixed":
            return f"grows neither linearly nor exponentially {with_depth}: they add {_listed(adds)}"
        ratios = [later / one for one, later in itertools.pairwise(adds)]
        least, most = f"{min(ratios):.2g}", f"{max(ratios):.2g}"
        times = ("twice" if least == "2" else f"{least} times") if least == most else f"{least} to {most} times"
        return f"grows exponentially {with_depth}: each adds {times} as much as the one before"

    def to_json(self) -> dict[str, Any]:
        """For a program: `kind`, `sizes`, `linear` and the sentence, as `says`."""
        return {"kind": self.kind, "sizes": [*self.sizes], "linear": [*self.linear], "says": str(self)}


def _listed(numbers: Sequence[int], most: int = 10) -> str:
    said = [f"{number:,}" for number in numbers]
    return ", ".join(said if len(said) <= most else [*said[: most - 2], "...", said[-1]])


def growth(rows: Sequence[FieldRow]) -> Growth:
    """How the window of what embeds and of the encoder's layers grows, those inside composites left out."""
    top = [row for row in rows if row.depth == 0 and row.part in ("embed", "encode")]
    return growth_of([(row.name, row.window.size) for row in top], [row.window.stride for row in top])


def growth_of(sizes: Sequence[tuple[str, int | float]], strides: Sequence[Number] = ()) -> Growth:
    """How the steps seen grow, given each layer's name and what is seen up to it; the first is before all growth.

    strides: the rate after each layer; where it falls along the way, the layers of one rate count as one.
    """
    seen, endless, before = [1], "", 1
    rates = [1, *(strides or [1] * len(sizes))]
    falls = sorted(rates) == rates and len({*rates}) > 2
    for (name, size), stride, later in zip(sizes, rates[1:], [*rates[2:], None], strict=False):
        if size == math.inf:
            endless = name
            seen += [before] if before > seen[-1] else []
            break
        before = int(size)
        if falls and later == stride:  # a layer that lowers the rate is the first of its own
            continue
        if before > seen[-1]:
            seen.append(before)
    found = tuple(seen)
    adds = [later - one for one, later in itertools.pairwise(found)]
    unit = "rate" if falls else "layer"
    if endless:
        return Growth("endless", found, unit=unit, endless=endless)
    if len(adds) < 2:
        return Growth("once" if adds else "none", found)
    linear = tuple(found[0] + place * adds[0] for place in range(len(found)))
    if len({*adds}) == 1:
        return Growth("linear", found, linear, unit)
    faster = all(later >= FASTER * one for one, later in itertools.pairwise(adds))
    return Growth("exponential" if faster else "mixed", found, linear, unit)


def growth_text(rows: Sequence[FieldRow], *, width: int = 100) -> str:
    """The sentence, and below it the numbers beside what they would be at the pace of the first layer."""
    found = growth(rows)
    said = textwrap.fill(f"The window {found}.", width, break_long_words=False)
    return "\n\n".join(filter(None, [said, _table(found, width)]))


def _table(found: Growth, width: int) -> str:
    """ "" where there is nothing to compare."""
    if not found.linear:
        return ""
    columns = [(found.unit, "sees", "linearly")]
    columns += [(str(n), f"{found.sizes[n]:,}", f"{found.linear[n]:,}") for n in range(1, len(found.sizes))]
    widest = max(len(cell) for column in columns[1:] for cell in column) + 2
    if len(columns) - 1 > (most := max(3, (width - len("linearly")) // widest)):
        columns = [*columns[: most - 1], ("...",) * 3, columns[-1]]
    widths = [max(map(len, column)) for column in columns]
    lines = []
    for first, *numbers in zip(*columns, strict=True):
        aligned = "".join(f"  {number:>{size}}" for number, size in zip(numbers, widths[1:], strict=True))
        lines.append(f"{first:<{widths[0]}}{aligned}")
    return "\n".join(lines if found.kind != "linear" else lines[:2])
