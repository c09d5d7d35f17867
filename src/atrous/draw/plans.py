"""Plans side by side: a table, cones and a picture to one scale, so that linear is seen against exponential growth."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from atrous.draw.cone import cone
from atrous.draw.picture import bars
from atrous.draw.rows import FieldRow
from atrous.draw.table import si
from atrous.planning import Plan

_COLUMN = 26  # characters of a plan's column, at most
WHY = (
    "A plain level adds kernel - 1 steps to the window, so depth and cost grow as N does; a dilated or strided one\n"
    "multiplies it by up to the kernel, so that they grow as log N."
)


def plans_table(plans: Sequence[Plan]) -> str:
    """The plans as columns of text.

    >>> from atrous.planning import cover
    >>> print(plans_table(cover(64)))
                         plain    dilated    strided
    levels                   8          3          3
    kernel                   9          4          4
    dilations           1 each   1, 4, 16     1 each
    strides             1 each     1 each    4, 4, 1
    sees                    65         64         64
    more than asked          1          0          0
    an answer every     1 step     1 step   16 steps
    parameters         295,424     49,344     49,344
    FLOPs, 100 steps   59.0 M     9.83 M     1.28 M
    """
    names = ["", "levels", "kernel", "dilations", "strides", "sees", "more than asked", "an answer every", "parameters"]
    columns = [[[cell] for cell in [*names, f"FLOPs, {plans[0].steps:,} steps"]], *map(_column, plans)]
    widths = [max(len(line) for cell in column for line in cell) for column in columns]
    lines = []
    for cells in zip(*columns, strict=True):
        for parts in itertools.zip_longest(*cells, fillvalue=""):
            name, *numbers = (f"{part:{'>' if n else '<'}{widths[n]}}" for n, part in enumerate(parts))
            lines.append("   ".join([name, *numbers]).rstrip())
    return "\n".join(lines)


def _column(plan: Plan) -> list[list[str]]:
    """The cells of a plan, from the head down; a long one has several lines."""
    stride = int(plan.window.stride)
    return [
        [plan.kind],
        [f"{plan.layers}"],
        [f"{plan.kernel}"],
        _wrapped(plan.dilations),
        _wrapped(plan.strides),
        [f"{plan.sees:,}"],
        [f"{plan.overshoot:,}"],
        [f"{stride:,} step{'s' * (stride > 1)}"],
        [f"{plan.parameters:,}"],
        [si(plan.flops)],
    ]


def _wrapped(numbers: Sequence[int]) -> list[str]:
    """The numbers of all levels, equal neighbours together, in lines that fit a column."""
    lines: list[str] = []
    for run in _runs(numbers):
        if lines and len(lines[-1]) + len(run) + 3 <= _COLUMN:
            lines[-1] += f", {run}"
        else:
            lines[-1:] = [*(f"{line}," for line in lines[-1:]), run]
    return lines


def _runs(numbers: Sequence[int]) -> Iterable[str]:
    for number, run in itertools.groupby(numbers):
        times = len(list(run))
        if times == len(numbers) > 1:
            yield f"{number} each"
        elif times > 3:
            yield f"{number} ({times} times)"
        else:
            yield from [str(number)] * times


def plans_cone(plans: Sequence[Plan], *, width: int = 100, plain: bool = False) -> str:
    """What each level of each plan sees, to one scale.

    plain: draw in ASCII, as `cone` does.
    """
    windows = [(f"{plan.kind} {number}", window) for plan in plans for number, window in enumerate(plan.windows, 1)]
    return cone(windows, width=width, plain=plain)


def plans_picture(plans: Sequence[Plan]) -> str:
    """The same as a picture: SVG that any browser shows."""
    rows: list[FieldRow] = []
    for plan in plans:
        name = f"{plan.kind}: {plan.layers} level{'s' * (plan.layers > 1)} of kernel {plan.kernel}"
        rows.append(FieldRow(0, name, plan.sees, plan.window, plan.parameters, plan.flops))
        for number, (level, window, cost) in enumerate(zip(plan.levels, plan.windows, plan.costs, strict=True), 1):
            own = {"plain": "", "dilated": f", dilation {level.dilation}", "strided": f", stride {level.stride}"}
            label = f"level {number}{own[plan.kind]}"
            rows.append(FieldRow(1, label, level.window.size, window, cost.parameters, 0))
    asked = plans[0].asked
    said = "of each kind the cheapest plan, and below it what its levels see, the lowest first"
    return bars(rows, title=f"what sees {asked:,} steps", said=said)
