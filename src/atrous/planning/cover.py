"""The cheapest plan that sees so many steps: plain, dilated and strided."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import index
from typing import Any, Literal, TypeAlias

from atrous.errors import ConfigError
from atrous.planning.plan import Kind, Plan

By: TypeAlias = Literal["parameters", "flops"]

DEEPEST = 30  # levels of a plan: beyond, training needs more than convolutions and skips
WIDEST = 9  # steps that one convolution reads, at most
LONGEST = 2**31 - 1  # steps, the largest number that settings take

_Shape: TypeAlias = tuple[int, tuple[int, ...], tuple[int, ...]]  # kernel, dilations, strides


def cover(
    window: int,
    *,
    channels: int = 64,
    inputs: int | None = None,
    steps: int = 100,
    by: By = "parameters",
    most_parameters: int | None = None,
    most_flops: int | None = None,
    centred: bool = False,
) -> list[Plan]:
    """Of each kind that can do it, the cheapest plan whose output steps see `window` input steps, their own included.

    Plain convolutions widen by kernel - 1 a level: depth and cost grow as the window does. Dilated and strided ones
    multiply it by up to the kernel: depth and cost grow as its logarithm. No plan leaves a hole: every step within the
    window is read. Kernels have at most 9 steps, plans at most 30 levels, and none that the window does not need.

    channels: of every level. inputs: channels of what the lowest reads; None: as many.
    steps: length of the row whose operations are counted.
    by: what "cheapest" is about; among equals the other decides, then the least overshoot.
    most_parameters, most_flops: what a plan may cost; None: anything.
    centred: whether the window lies on both sides.

    >>> [(plan.kind, plan.kernel, plan.dilations, plan.parameters) for plan in cover(20)]
    [('plain', 8, (1, 1, 1), 98496), ('dilated', 3, (1, 3, 6), 37056), ('strided', 3, (1, 1, 1), 37056)]

    Raises ConfigError, with the cheapest plan that there would be, if no kind meets the budget, ValueError if a
    number is below 1 or `by` is another word, and TypeError for what is no whole number.
    """
    of_width = partial(
        kinds,
        window,
        inputs=inputs,
        steps=steps,
        by=by,
        most_parameters=most_parameters,
        most_flops=most_flops,
        centred=centred,
    )
    found = of_width(channels=channels)
    if plans := _plans(found):
        return plans
    asked = {"parameters": most_parameters, f"FLOPs for {steps:,} steps": most_flops}
    within = " and ".join(f"{most:,} {what}" for what, most in asked.items() if most is not None)
    narrower = bisect.bisect(range(1, channels), 0, key=lambda width: not _plans(of_width(channels=width)))
    remedy = f"; it would fit with {narrower:,} channels" if narrower else ""
    raise ConfigError(f"no plan sees {window:,} steps within {within}: {'; '.join(map(str, found.values()))}{remedy}")


def _plans(found: dict[Kind, Plan | str]) -> list[Plan]:
    return [plan for plan in found.values() if isinstance(plan, Plan)]


def kinds(
    window: int,
    *,
    channels: int = 64,
    inputs: int | None = None,
    steps: int = 100,
    by: By = "parameters",
    most_parameters: int | None = None,
    most_flops: int | None = None,
    centred: bool = False,
) -> dict[Kind, Plan | str]:
    """Of every kind its cheapest plan, or in words why there is none. Arguments are those of `cover`.

    >>> kinds(1000)["plain"]
    'plain: 30 levels of kernel 9, the most a plan takes, see 241 steps'
    """
    numbers: dict[str, Any] = {"window": window, "channels": channels, "inputs": inputs, "steps": steps}
    numbers |= {"most_parameters": most_parameters, "most_flops": most_flops}
    for name, number in numbers.items():
        if number is None:
            continue
        try:
            whole = index(number)
        except TypeError:
            raise TypeError(f"cover needs a whole number for {name}, got {number!r}") from None
        if not 1 <= whole <= (LONGEST if name == "window" else math.inf):
            raise ValueError(f"cover needs {name} >= 1{f' and <= {LONGEST:,}' * (name == 'window')}, got {number:,}")
    if by not in ("parameters", "flops"):
        raise ValueError(f"cover needs by='parameters' or by='flops', got by={by!r}")
    found: dict[Kind, Plan | str] = {}
    for kind, shapes in _SHAPES.items():
        plans = [
            Plan(kind, *shape, inputs or channels, channels, window, steps, centred)
            for shape in shapes(window)
            if len(shape[1]) <= DEEPEST
        ]
        fitting = [plan for plan in plans if _fits(plan, most_parameters, most_flops)]
        if fitting:
            found[kind] = cheapest(fitting, by)
        elif plans:
            found[kind] = f"{kind}: {_too_dear(plans, steps, most_parameters, most_flops)}"
        else:
            most = 1 + DEEPEST * (WIDEST - 1)
            found[kind] = f"{kind}: {DEEPEST} levels of kernel {WIDEST}, the most a plan takes, see {most:,} steps"
    return found


def cheapest(plans: Iterable[Plan], by: By = "parameters") -> Plan:
    """The plan that costs least: among equals the other cost decides, then what it sees beyond, then its depth."""
    return min(plans, key=lambda plan: _price(plan, by))


def _price(plan: Plan, by: By) -> tuple[int, ...]:
    costs = (plan.parameters, plan.flops) if by == "parameters" else (plan.flops, plan.parameters)
    return (*costs, plan.sees, plan.layers)


def _fits(plan: Plan, most_parameters: int | None, most_flops: int | None) -> bool:
    return plan.parameters <= (most_parameters or math.inf) and plan.flops <= (most_flops or math.inf)


def _too_dear(plans: list[Plan], steps: int, most_parameters: int | None, most_flops: int | None) -> str:
    """What a budget would have to be: of one cost, or of both where each could be met alone."""
    least_parameters, least_flops = cheapest(plans, "parameters"), cheapest(plans, "flops")
    wants = []
    if least_parameters.parameters > (most_parameters or math.inf):
        wants.append(f"{least_parameters.parameters:,} parameters")
    if least_flops.flops > (most_flops or math.inf):
        wants.append(f"{least_flops.flops:,} FLOPs for {steps:,} steps")
    if wants:
        return f"needs {' and '.join(wants)} at least"
    few, fast = least_parameters, least_flops
    return (
        f"meets one budget, not both: {few.parameters:,} parameters take {few.flops:,} FLOPs, "
        f"{fast.flops:,} FLOPs take {fast.parameters:,} parameters"
    )


def _plain(window: int) -> Iterator[_Shape]:
    for kernel in range(min(2, window), WIDEST + 1):
        depth = max(1, math.ceil((window - 1) / (kernel - 1))) if window > 1 else 1
        yield kernel, (1,) * min(depth, DEEPEST + 1), (1,) * min(depth, DEEPEST + 1)


def _dilated(window: int) -> Iterator[_Shape]:
    """Dilations that grow: each is at most the window below it, else steps between two taps would go unread."""
    for kernel in range(2, WIDEST + 1):
        depth = 2
        while kernel**depth < window:
            depth += 1
        left, below, dilations = max(math.ceil((window - 1) / (kernel - 1)), depth + 1), 1, list[int]()
        for above in reversed(range(depth)):  # equal shares of what is left, as far as they leave no hole
            dilations.append(min(below, left // (above + 1)))
            left, below = left - dilations[-1], below + (kernel - 1) * dilations[-1]
        yield kernel, tuple(dilations), (1,) * depth


def _strided(window: int) -> Iterator[_Shape]:
    """One stride between all levels: at most the kernel, else steps between two outputs would go unread."""
    for kernel in range(2, WIDEST + 1):
        for stride in range(2, kernel + 1):
            depth, below, seen = 2, stride, kernel + (kernel - 1) * stride
            while seen < window:
                depth, below = depth + 1, below * stride
                seen += (kernel - 1) * below
            yield kernel, (1,) * depth, (stride,) * (depth - 1) + (1,)


_SHAPES: dict[Kind, Callable[[int], Iterator[_Shape]]] = {"plain": _plain, "dilated": _dilated, "strided": _strided}
