"""What was found, as the pictures of docs/questions.md."""

from typing import Any

from .dilation import plans
from .lines import Axis, Line, Panel, Tree, cells, chart, powers, steps, trees
from .tables import count

SHARES = [(0.0, "0"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")]


def speed(found: dict[str, Any]) -> str:
    """Milliseconds of a training step, by length."""
    models, lengths = found["speed"]["models"], found["speed"]["lengths"]
    x = Axis("tokens of a text", lengths[0], lengths[-1], [(length, str(length)) for length in lengths], log=True)
    panels = []
    for kind, title in (("train", "a training step of 16 texts"), ("alone", "one text alone")):
        values = [one[kind][str(length)] for one in models.values() for length in lengths]
        low, high = min(values) / 1.3, max(values) * 1.3
        y = Axis("milliseconds", low, high, steps(low, high), log=True)
        lines = [
            Line(name, [(length, one[kind][str(length)]) for length in lengths], place)
            for place, (name, one) in enumerate(models.items())
        ]
        panels.append(Panel(title, x, y, lines))
    note = f"{found['speed']['parameters']:,} parameters each; both axes by factors"
    return chart("What length costs", note, panels)


def settled(found: dict[str, Any]) -> str:
    """The share of texts whose answer so far is the final one."""
    shares, models = found["settled"]["shares"], found["settled"]["models"]
    lines = []
    for colour, (name, one) in enumerate(models.items()):
        if one["late"]:
            lines.append(
                Line(
                    f"{name}, {one['late']} tokens late", [*zip(shares, one["at_once_same"], strict=True)], colour, True
                )
            )
            lines.append(Line(f"{name}, told of an end", [*zip(shares, one["waited_same"], strict=True)], colour))
        elif one["late"] == 0:
            lines.append(Line(f"{name}, reading on", [*zip(shares, one["at_once_same"], strict=True)], colour))
        else:
            lines.append(Line(f"{name}, reading again", [*zip(shares, one["waited_same"], strict=True)], colour))
    x = Axis("share of the text's tokens that are read", 0.0, 1.0, SHARES)
    y = Axis("answers that are the final one", 0.0, 1.0, SHARES)
    return chart(
        "How soon an answer settles",
        "Which of 20 languages? Short messages, byte by byte; the mean of 3 seeds",
        [Panel("", x, y, lines)],
    )


def windows(found: dict[str, Any]) -> str:
    """What the last output reads, plain, dilated and strided."""
    ways = plans(3)
    row = next(row for row in found["growth"]["windows"] if row["window"] == 15)
    stacks = [
        Tree(f"{kind}: {row[kind]['layers']} layers", f"{count(row[kind]['flops'])}FLOP for 1,024 tokens", plan)
        for kind, plan in ways.items()
    ]
    note = (
        "Each dot is a step that a layer computes; blue is what makes the last output. Kernel 3, inputs at the bottom"
    )
    return trees("Three ways to a window of 15 steps", note, stacks, steps=16)


def holes(found: dict[str, Any]) -> str:
    """Which lags are seen."""
    rows = []
    for name, one in found["holes"]["sets"].items():
        dilations = ", ".join(map(str, one["dilations"]))
        seen = [lag in one["seen"] for lag in range(one["window"])]
        rows.append((f"{name}: {dilations}", f"{100 * one['share']:.0f} %", seen))
    return cells("Where dilation leaves holes", "Filled: the output has a gradient there. Kernel 3", rows, "steps back")


def by_lag(found: dict[str, Any]) -> str:
    """The share of the gradient at each lag, at the start and after training."""
    models = found["learnt"]["models"]
    last = found["learnt"]["steps"] - 1
    x = Axis("steps back", 0, last, [(lag, str(lag)) for lag in range(0, last + 1, 16)])
    y = Axis("share of the gradient", 1e-10, 1.0, powers(-10, 0, 2), log=True)
    panels = []
    for when, title in (("start", "before training"), ("end", f"after training on {found['learnt']['lags'][-1]} back")):
        lines = []
        for colour, (name, one) in enumerate(models.items()):
            points = [(lag, share) for lag, share in enumerate(one[when]) if share > 0]
            lines.append(Line(name, [(lag, share) for lag, share in points if share >= y.low] or points[:1], colour))
        panels.append(Panel(title, x, y, lines))
    note = "Of the last output's gradient, by the step it falls on; 16,000 parameters each; the mean of 3 seeds"
    return chart("How far back the gradient reaches", note, panels)


def by_depth(found: dict[str, Any]) -> str:
    """What arrives at the first layer."""
    depth = found["depth"]
    x = Axis("layers", depth["depths"][0], depth["depths"][-1], [(n, str(n)) for n in depth["depths"]], log=True)
    y = Axis("gradient at the first layer", 1e-12, 1e6, powers(-12, 6, 3), log=True)
    lines = [
        Line(kind, [(one["depth"], one["median"]) for one in ones], colour)
        for colour, (kind, ones) in enumerate(depth["kinds"].items())
    ]
    note = "The first layer's gradient for a gradient of 1 at the last output step, before training; median of 5 seeds"
    return chart("What depth does to the gradient", note, [Panel("", x, y, lines)])


# File of a picture -> the part whose results it shows, and how.
PICTURES = {
    "questions_speed.svg": ("joined", speed),
    "questions_settled.svg": ("causal", settled),
    "questions_windows.svg": ("dilation", windows),
    "questions_holes.svg": ("dilation", holes),
    "questions_by_lag.svg": ("gradients", by_lag),
    "questions_by_depth.svg": ("gradients", by_depth),
}
