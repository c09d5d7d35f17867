"""Receptive field against vanishing gradient: how far the gradient reaches at the start and after training, what depth
does to it, and whether what lies in the field is learnt."""

import math
import statistics
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from atrous.contract import Layer
from atrous.encode import ENCODERS
from atrous.layers import Conv, LayerNorm, Pointwise, Residual, Stack, densely

from .measure import EMBEDDED, Answers, Scale, Task, marked, search, sized

PARAMETERS = 16_000  # of each encoder
STEPS = 72
LAGS = (8, 32, 64)
# Name -> (other settings, middle of the rates tried: the preset's).
RIVALS: dict[str, tuple[dict[str, Any], float]] = {
    "rnn": ({}, 2e-3),
    "gru": ({}, 1e-2),
    "lstm": ({}, 1e-2),
    "hybrid": ({}, 5e-3),
    "gated": ({}, 5e-3),
    "tcn": ({"depth": 5}, 8e-3),
}
DEPTHS = (4, 8, 16, 32)
WIDTH = 32  # channels of the stacks whose depth is looked at


def maker(name: str, task: Task, **options: Any) -> tuple[Callable[[], nn.Module], Layer]:
    """How to make a model that reads the last step of this encoder, at `PARAMETERS`; and its encoder."""
    settings = {**RIVALS[name][0], **options}

    def encoder(width: int) -> Layer:
        return ENCODERS[name](EMBEDDED, channels=width, **settings)

    width = sized(encoder, PARAMETERS)
    return lambda: Answers(task, encoder(width)), encoder(width)


def by_lag(model: Answers, task: Task, rows: int) -> list[float]:
    """The share of the last output's gradient that falls on each lag, from 0 on; mean over rows."""
    ids, _ = task.draw(rows, torch.Generator().manual_seed(3))
    model.eval()
    x = model.vectors(ids).detach().requires_grad_()
    y = model.encode(x)[:, -1]
    weights = torch.randn(y.shape, generator=torch.Generator().manual_seed(4))
    (gradient,) = torch.autograd.grad((y * weights).sum(), x)
    sizes = gradient.norm(dim=2).double().flip(1)
    shares = sizes / sizes.sum(1, keepdim=True).clamp(min=1e-300)
    return [float(f"{share:.4g}") for share in shares.mean(0).tolist()]


def reach(shares: list[float], part: float = 0.95) -> int:
    """The lag within which that part of the gradient falls.

    >>> reach([0.5, 0.3, 0.2])
    2
    """
    total = 0.0
    for lag, share in enumerate(shares):
        total += share
        if total >= part * sum(shares):
            return lag
    return len(shares) - 1


def _mean(rows: list[list[float]]) -> list[float]:
    return [float(f"{statistics.fmean(column):.4g}") for column in zip(*rows, strict=True)]


def learnt(scale: Scale) -> dict[str, Any]:
    """Is a symbol that stood so many steps before remembered? And the gradient by lag, at the start and at the end."""
    steps, lags = (STEPS, LAGS) if not scale.tiny else (24, (4, 16))
    found: dict[str, Any] = {
        "steps": steps, "lags": list(lags), "chance": 1 / 8, "run_steps": scale.steps, "models": {},
    }  # fmt: skip
    for name in list(RIVALS)[:: 3 if scale.tiny else 1]:
        rate = RIVALS[name][1]
        entry: dict[str, Any] = {"by_lag": {}}
        for lag in lags:
            task = marked(lag, steps=steps)
            make, encode = maker(name, task)
            ends: list[list[float]] = []

            def keep(seed: int, model: Any, task: Task = task, ends: list[list[float]] = ends) -> None:
                ends.append(by_lag(model, task, scale.rows // 8))

            result = search(f"{name}, lag {lag}", make, task, rate=rate, scale=scale, keep=keep)
            entry["by_lag"][str(lag)] = result
            entry |= {
                "parameters": encode.cost.parameters,
                "window": encode.window.to_json(),
                "sees": str(encode.window),
            }
            if lag == lags[-1]:
                starts = []
                for seed in range(scale.seeds):
                    torch.manual_seed(seed)
                    starts.append(by_lag(make(), task, scale.rows // 8))
                entry |= {"start": _mean(starts), "end": _mean(ends)}
        found["models"][name] = entry
    return found


def _plain(kaiming: bool) -> Callable[[int], list[Layer]]:
    def layers(depth: int) -> list[Layer]:
        parts: list[Layer] = []
        for _ in range(depth):
            conv = Conv(WIDTH, WIDTH, kernel=3)
            if not kaiming:
                nn.init.kaiming_uniform_(conv.weight, a=math.sqrt(5))
            parts.append(Stack(conv, Pointwise(torch.relu)))
        return parts

    return layers


def _skips(depth: int) -> list[Layer]:
    return [Stack(Residual(Conv(WIDTH, WIDTH, kernel=3)), Pointwise(torch.relu)) for _ in range(depth)]


def _normed(depth: int) -> list[Layer]:
    return [
        Residual(Stack(LayerNorm(WIDTH), Pointwise(torch.relu), Conv(WIDTH, WIDTH, kernel=3))) for _ in range(depth)
    ]


def _dense(depth: int) -> list[Layer]:
    growth = 8
    layers = [Stack(Conv(WIDTH + level * growth, growth, kernel=3), Pointwise(torch.relu)) for level in range(depth)]
    return list(densely(*layers).parts)


DEEP = ("plain", "residual, normed")  # those that are trained, with He's initial weights
KINDS: dict[str, Callable[[int], list[Layer]]] = {
    "plain, torch's own initial weights": _plain(kaiming=False),
    "plain, He's initial weights": _plain(kaiming=True),
    "residual": _skips,
    "residual, normed": _normed,
    "dense": _dense,
}


def depth(scale: Scale) -> dict[str, Any]:
    """At the start: how much of a gradient of size 1 at the last output step arrives at the first layer's weights."""
    depths = DEPTHS if not scale.tiny else DEPTHS[:2]
    found: dict[str, Any] = {"depths": list(depths), "channels": WIDTH, "seeds": 5, "kinds": {}}
    for kind, layers in KINDS.items():
        found["kinds"][kind] = []
        for count in depths:
            norms = []
            for seed in range(found["seeds"]):
                torch.manual_seed(seed)
                parts = layers(count)
                y = Stack(*parts)(torch.randn(1, 80, WIDTH))[0, -1]
                (y * torch.nn.functional.normalize(torch.randn(y.shape), dim=0)).sum().backward()
                first = [weight.grad for weight in parts[0].parameters() if weight.dim() == 3]
                norms.append(sum(gradient.norm().item() for gradient in first if gradient is not None))
            middle = statistics.median(norms)
            found["kinds"][kind].append({"depth": count, "median": middle, "low": min(norms), "high": max(norms)})
            print(f"{kind:<36} {count:>3} layers: {middle:.3g} at the first", flush=True)
    return found


def deep(scale: Scale) -> dict[str, Any]:
    """A symbol 8 steps back, which all of these see: is it learnt, with and without skips, however deep?"""
    depths = (8, 16, 32) if not scale.tiny else (4,)
    found: dict[str, Any] = {
        "lag": 8,
        "parameters": PARAMETERS,
        "chance": 1 / 8,
        "run_steps": scale.steps,
        "models": {},
    }
    task = marked(8, steps=STEPS // 2)
    for kind in DEEP:
        for count in depths:

            def encoder(width: int, kind: str = kind, count: int = count) -> Layer:
                parts: list[Layer] = [Conv(EMBEDDED, width, kernel=1)]
                for _ in range(count):
                    conv = Conv(width, width, kernel=3)
                    if kind == "plain":
                        parts += [conv, Pointwise(torch.relu)]
                    else:
                        parts.append(Residual(Stack(LayerNorm(width), Pointwise(torch.relu), conv)))
                return Stack(*parts)

            width = sized(encoder, PARAMETERS)
            make: Callable[[], nn.Module] = lambda encoder=encoder, width=width: Answers(task, encoder(width))  # noqa: E731
            result = search(f"{kind}, {count} layers", make, task, rate=5e-3, scale=scale)
            found["models"].setdefault(kind, {})[str(count)] = {
                **result,
                "channels": width,
                "parameters": encoder(width).cost.parameters,
            }
    return found


SECTIONS: dict[str, Callable[[Scale], dict[str, Any]]] = {"depth": depth, "learnt": learnt, "deep": deep}
