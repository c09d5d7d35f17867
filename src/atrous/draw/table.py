"""The rows of a model as a table of text, and as numbers for a program."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from atrous.draw.growth import growth
from atrous.draw.rows import FieldRow, are_leaves, last, total
from atrous.window import Number, plain


def field_table(rows: Sequence[FieldRow], *, steps: int, width: int = 100) -> str:
    """The rows as text, aligned, with a total; names are cut where a line would be longer than width.

    A composite shows what it sees; its costs stand in the rows inside it, so that both columns add up.

    steps: as given to `field_rows`.

    >>> from atrous.window import Window
    >>> row = FieldRow(0, "Conv(64, 96, kernel=3, dilation=2)", 5, Window(left=12), 18528, 4718592)
    >>> print(field_table([row], steps=128))
                                        effective  sees   sees
    layer                                  kernel  back  ahead  stride  parameters   FLOPs
    --------------------------------------------------------------------------------------
    Conv(64, 96, kernel=3, dilation=2)          5    12      0       1      18,528  4.72 M
    --------------------------------------------------------------------------------------
    total                                                                   18,528  4.72 M
    <BLANKLINE>
    One step of the encoder sees 12 back. FLOPs: one row of 128 tokens.
    """
    parameters, flops = total(rows)
    above = ["", "effective", "sees", "sees", "", "", ""]
    head = ["layer", "kernel", "back", "ahead", "stride", "parameters", "FLOPs"]
    body = [_cells(row, simple) for row, simple in zip(rows, are_leaves(rows), strict=True)]
    whole = ["total", "", "", "", "", f"{parameters:,}", si(flops)]
    widths = [max(map(len, column)) for column in zip(above, head, *body, whole, strict=True)]
    numbers = sum(widths[1:]) + 2 * len(widths[1:])
    widths[0] = min(widths[0], max(20, width - numbers))
    line = "-" * (widths[0] + numbers)
    first, second, *middle, bottom = (_aligned(cells, widths) for cells in [above, head, *body, whole])
    note = f"One step of the encoder sees {last(rows)}. FLOPs: one row of {steps:,} tokens."
    return "\n".join([first, second, line, *middle, line, bottom, "", note])


def _cells(row: FieldRow, simple: bool) -> list[str]:
    return [
        "  " * row.depth + row.name,
        count(row.kernel),
        count(row.window.left),
        count(row.window.right),
        str(row.window.stride) if row.part in ("embed", "encode") else "",  # past the pool there is one step a row
        f"{row.parameters:,}" if simple else "",
        si(row.flops) if simple else "",
    ]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = (f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([f"{shortened(cells[0], widths[0]):<{widths[0]}}", *numbers]).rstrip()


def count(value: Number) -> str:
    """Whole steps, as `Window` says them: half a step further is no step further."""
    return "all" if value == math.inf else f"{math.floor(value):,}"


def si(count: int) -> str:
    """Three digits and a unit: 4718592 is 4.72 M."""
    if count < 1000:
        return str(count)
    power, unit = next(((p, unit) for p, unit in enumerate("kMGTPE", 1) if count < 999.5 * 1000**p), (6, "E"))
    value = count / 1000**power
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f} {unit}"


def shortened(text: str, width: int) -> str:
    """The text, cut with dots where it is longer."""
    return text if len(text) <= width else text[: width - 3] + "..."


def field_json(rows: Sequence[FieldRow]) -> dict[str, Any]:
    """The rows as JSON takes them: numbers, "inf" for what has no end; the model's window, its growth and cost beside.

    >>> from atrous.window import Window
    >>> field_json([FieldRow(0, "LSTM(1, 2)", math.inf, Window(left=math.inf), 32, 480)])["window"]
    {'left': 'inf', 'right': 0, 'stride': 1}
    """
    layers = [row._asdict() | {"kernel": plain(row.kernel), "window": row.window.to_json()} for row in rows]
    parameters, flops = total(rows)
    window, grows = last(rows).to_json(), growth(rows).to_json()
    return {"layers": layers, "window": window, "growth": grows, "parameters": parameters, "flops": flops}
