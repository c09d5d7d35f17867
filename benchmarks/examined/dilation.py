"""Dilation against stride: three ways to a window of the same size, what each costs and what each loses."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import nn

from atrous.contract import Layer
from atrous.layers import Conv, ConvTranspose, LayerNorm, Parallel, Pointwise, Residual, Restored, Stack
from atrous.probe import seen
from atrous.window import Cost, Window, conv_cost

from .measure import EMBEDDED, Answers, Scale, Task, copied, marked, search, sized

KERNEL = 3
CHANNELS, TOKENS = 64, 1024  # of what is counted
PARAMETERS = 16_000  # of each encoder that is trained
WINDOW, STEPS = 63, 64  # what the trained ones see, and the length of their rows
RATE = 5e-3  # the middle one of those tried: the preset of `gated` and of `deep`
HOLES = {"doubled": (1, 2, 4, 8), "tripled": (1, 3, 9), "four times": (1, 4, 16), "all alike": (4, 4, 4, 4)}

Plan = Sequence[tuple[int, int]]  # of each layer its dilation and its stride


def plans(layers: int) -> dict[str, Plan]:
    """Plain, dilated and strided convolutions whose window is 2 ** (layers + 1) - 1 steps.

    >>> [len(plan) for plan in plans(3).values()]
    [7, 3, 3]
    """
    return {
        "plain": [(1, 1)] * (2**layers - 1),
        "dilated": [(2**level, 1) for level in range(layers)],
        "strided": [(1, 2)] * (layers - 1) + [(1, 1)],
    }


def build(plan: Plan, inputs: int, width: int) -> Layer:
    """A norm, a ReLU and a causal convolution of kernel 3 a layer, with a skip wherever the rate stays."""
    parts: list[Layer] = [Conv(inputs, width, kernel=1)] if inputs != width else []
    for step, stride in plan:
        layer = _normed(Conv(width, width, kernel=KERNEL, dilation=step, stride=stride))
        parts.append(Residual(layer) if stride == 1 else layer)
    return Stack(*parts, Pointwise(torch.relu))


def _normed(conv: Conv | ConvTranspose) -> Layer:
    return Stack(LayerNorm(conv.inputs), Pointwise(torch.relu), conv)


def counted(plan: Plan) -> tuple[Window, Cost]:
    """The window and the cost of a plan at `CHANNELS`, without making its layers."""
    window, cost = Window(), Cost()
    for step, stride in plan:
        right = min(stride - 1, (KERNEL - 1) * step)
        window = window.then(Window((KERNEL - 1) * step - right, right, stride))
        cost = cost.then(conv_cost(CHANNELS, CHANNELS, kernel=KERNEL, stride=stride))
    return window, cost


def growth(scale: Scale) -> dict[str, Any]:
    """What a window of so many steps takes, each way; declared by composition, measured by the gradient."""
    levels = (3, 5, 7, 9) if not scale.tiny else (2, 3)
    found: dict[str, Any] = {"kernel": KERNEL, "channels": CHANNELS, "tokens": TOKENS, "windows": []}
    for level in levels:
        row: dict[str, Any] = {"window": 2 ** (level + 1) - 1}
        for name, plan in plans(level).items():
            window, cost = counted(plan)
            assert window.size == row["window"]
            row[name] = {
                "layers": len(plan), "parameters": cost.parameters, "flops": cost.flops(TOKENS),
                "outputs": cost.steps(TOKENS), "measured": None,
            }  # fmt: skip
            if row["window"] <= 63:
                torch.manual_seed(0)
                layer, stride = build(plan, 2, 2), int(window.stride)
                output = 2 * row["window"] // stride
                places = seen(layer, steps=3 * row["window"], output=output)
                row[name]["measured"] = None if places is None else places[1] - places[0] + 1
        found["windows"].append(row)
    return found


def quality(scale: Scale) -> dict[str, Any]:
    """At equal parameters and an equal window: one answer about a far symbol, and an answer at every step."""
    levels, steps, window, far, near = (5, STEPS, WINDOW, 48, 16) if not scale.tiny else (3, 16, 15, 8, 4)
    found: dict[str, Any] = {
        "window": window, "parameters": PARAMETERS, "chance": 1 / 8, "run_steps": scale.steps, "steps": steps,
        "lags": {"one answer": far, "every step": near}, "models": {},
    }  # fmt: skip
    tasks = {"one answer": marked(far, steps=steps), "every step": copied(near, steps=steps)}
    ways = plans(levels)
    encoders: dict[str, Callable[[int], Layer]] = {
        **{name: partial(build, ways[name], EMBEDDED) for name in ("dilated", "strided", "plain")},
        "strided, then restored": partial(restoring, levels - 1, EMBEDDED),
    }
    for name, encoder in encoders.items():
        width = sized(encoder, PARAMETERS)
        layer = encoder(width)
        entry: dict[str, Any] = {
            "layers": sum(isinstance(part, Conv | ConvTranspose) and part.kernel > 1 for part in layer.modules()),
            "channels": width, "parameters": layer.cost.parameters, "flops": layer.cost.flops(steps),
            "sees": str(layer.window), "tokens_an_output": int(layer.window.stride), "tasks": {},
        }  # fmt: skip
        for asked, task in tasks.items():
            make = _maker(task, encoder, width)
            entry["tasks"][asked] = search(f"{name}, {asked}", make, task, rate=RATE, scale=scale)
        found["models"][name] = entry
    return found


def restoring(halvings: int, inputs: int, width: int) -> Layer:
    """Strided convolutions, one that is not, and transposed ones, with a skip at each rate: a U-Net of one width."""
    inner: Layer = Residual(_normed(Conv(width, width, kernel=KERNEL)))
    for _ in range(halvings):
        shorten = _normed(Conv(width, width, kernel=KERNEL, stride=2))
        restore = _normed(ConvTranspose(width, width, kernel=2, stride=2))
        inner = Parallel(Stack(), Restored(Stack(shorten, inner, restore)), join="add")
    return Stack(Conv(inputs, width, kernel=1), inner, Pointwise(torch.relu))


def _maker(task: Task, encoder: Callable[[int], Layer], width: int) -> Callable[[], nn.Module]:
    return lambda: Answers(task, encoder(width))


@torch.no_grad()
def shifted(scale: Scale) -> dict[str, Any]:
    """The same row some steps later: by how much do the outputs, moved back, differ, and by how much their maximum?

    Relative to their norm, in double precision, before any training; the rows are noise, the worst case.
    """
    found: dict[str, Any] = {"channels": 16, "strides": []}
    shifts = (1, 2, 4, 8)
    for halvings in (0, 1, 2, 3):
        plan = [(1, 2)] * halvings + [(2**level, 1) for level in range(4 - halvings)]
        stride = 2**halvings
        row: dict[str, Any] = {"stride": stride, "errors": {}, "pooled": {}}
        for shift in shifts:
            errors, pooled = [], []
            for seed in range(scale.seeds):
                torch.manual_seed(seed)
                layer = build(plan, 16, 16).double().eval()
                x = torch.randn(8, 256 + max(shifts), 16, dtype=torch.double)
                late, early = (_each_step(layer, x[:, place : place + 256]) for place in (0, shift))
                one, other = late[:, 100 + shift : 240], early[:, 100 : 240 - shift]
                errors.append(((one - other).norm() / one.norm()).item())
                one, other = one.amax(1), other.amax(1)
                pooled.append(((one - other).norm() / one.norm()).item())
            row["errors"][str(shift)], row["pooled"][str(shift)] = max(errors), max(pooled)
        found["strides"].append(row)
        print(f"stride {stride}: {row['errors']} {row['pooled']}", flush=True)
    return found


def _each_step(layer: Layer, x: torch.Tensor) -> torch.Tensor:
    """An output for every step: that of its block."""
    return layer(x).repeat_interleave(int(layer.window.stride), 1)


def reached(dilations: Sequence[int], kernel: int = KERNEL) -> dict[int, int]:
    """Every lag that an output reads, with the number of paths that lead there.

    >>> reached((1, 4), kernel=2)
    {0: 1, 1: 1, 4: 1, 5: 1}
    """
    paths = {0: 1}
    for step in dilations:
        later: dict[int, int] = {}
        for lag, count in paths.items():
            for tap in range(kernel):
                later[lag + tap * step] = later.get(lag + tap * step, 0) + count
        paths = later
    return dict(sorted(paths.items()))


def holes(scale: Scale) -> dict[str, Any]:
    """Which lags of the window no path leads to; that the gradient agrees; that what stands there is never learnt."""
    found: dict[str, Any] = {"kernel": KERNEL, "sets": {}}
    for name, dilations in HOLES.items():
        paths = reached(dilations)
        size = max(paths) + 1
        torch.manual_seed(0)
        stack = Stack(*(Conv(2, 2, kernel=KERNEL, dilation=step) for step in dilations)).double()
        x = torch.randn(1, 2 * size, 2, dtype=torch.double, requires_grad=True)
        (gradient,) = torch.autograd.grad(stack(x)[0, -1].sum(), x)
        measured = gradient[0].abs().sum(1).flip(0)[:size].nonzero()[:, 0].tolist()
        assert measured == list(paths), (name, measured)
        found["sets"][name] = {
            "dilations": list(dilations), "window": size, "seen": measured, "share": len(measured) / size,
            "most_paths": max(paths.values()),
        }  # fmt: skip
    dilations = HOLES["four times"]
    plan = [(step, 1) for step in dilations]
    found["task"] = {"dilations": list(dilations), "chance": 1 / 8, "run_steps": scale.steps, "lags": {}}
    for lag in (19, 20):

        def encoder(width: int) -> Layer:
            return build(plan, EMBEDDED, width)

        task = copied(lag, steps=STEPS)
        width = sized(encoder, PARAMETERS)
        result = search(f"holes, lag {lag}", _maker(task, encoder, width), task, rate=RATE, scale=scale)
        found["task"]["lags"][str(lag)] = {**result, "seen": lag in reached(dilations)}
    return found


SECTIONS: dict[str, Callable[[Scale], dict[str, Any]]] = {
    "growth": growth, "shifted": shifted, "holes": holes, "quality": quality,
}  # fmt: skip
