"""One dilated causal convolution, kernel 3: `Conv` against F.pad and F.conv1d, shape by shape, on one thread.

    python benchmarks/speed/convolution.py
    python benchmarks/speed/convolution.py --write       the table alone, out of what is kept

F.conv1d has its numbers as it likes them, (batch, channels, time), and `Conv` as it keeps them, (batch, time,
channels), with a mask of which every step is real, its weight laid out as in every model that atrous builds. Beside
`Conv`, which chooses, each of the ways that it chooses from is timed everywhere: `layers/ways.py` has the table that
this script has led to. Forward alone and forward with backward, in float32 and bfloat16. What is measured is processor
time. A round times every way once, in turn; a ratio is of one round. Kept in benchmarks/results/speed-convolution.json.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from copy import deepcopy
from itertools import product
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
import torch.nn.functional as F
from _shared import Table, main, ratios, spread, tell

from atrous.layers import Conv, conv, laid_out
from atrous.layers.ways import WAYS

TABLE = Table(__file__)
ROUNDS, KERNEL, LEAST = 7, 3, 0.01  # seconds that one timing takes at least
KINDS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
SHAPES = [
    (rows, steps, channels, dilation)
    for (rows, steps), channels in product([(1, 30), (1, 400), (1, 4000), (32, 30), (32, 400)], [64, 128, 256, 512])
    for dilation in (1, 8 if steps == 30 else 64)
]


def ways(rows: int, steps: int, channels: int, dilation: int, kind: torch.dtype, *, train: bool) -> dict[str, Callable]:
    """Every way to compute one shape: something to call."""
    torch.manual_seed(0)
    layer = Conv(channels, channels, kernel=KERNEL, dilation=dilation).to(kind)
    inside = laid_out(deepcopy(layer))
    x = torch.randn(rows, steps, channels).to(kind)
    turned, mask = x.transpose(1, 2).contiguous(), torch.ones(rows, steps, dtype=torch.bool)
    pulled = torch.randn_like(x)
    pulled_turned = pulled.transpose(1, 2).contiguous()
    left = (KERNEL - 1) * dilation

    def plain() -> None:
        given = turned.detach().requires_grad_(train)
        y = F.conv1d(F.pad(given, (left, 0)), layer.weight, layer.bias, dilation=dilation)
        if train:
            y.backward(pulled_turned)

    def ours() -> None:
        y = inside(x.detach().requires_grad_(train), mask)
        if train:
            y.backward(pulled)

    return {"F.conv1d": plain, "Conv": ours, **dict.fromkeys(WAYS, ours)}


def seconds_of(way: str, run: Callable, times: int) -> float:
    """Processor time of one run, by the way that is named, if it is one of the table's."""
    chosen = conv.way_for
    conv.way_for = (lambda *_: way) if way in WAYS else chosen
    try:
        began = time.process_time()
        for _ in range(times):
            run()
        return (time.process_time() - began) / times
    finally:
        conv.way_for = chosen


def turned(made: dict[str, Callable], turn: int) -> list[tuple[str, Callable]]:
    """Every way, another one first each time: one finds in the caches what the one before it left there."""
    items = [*made.items()]
    return items[turn % len(items) :] + items[: turn % len(items)]


def measure(rounds: int) -> dict:
    """Seconds of every way, shape and round."""
    torch.set_num_threads(1)
    found = []
    cases = [*product(KINDS, (False, True), SHAPES)]
    for number, (kind, train, shape) in enumerate(cases, 1):
        made = ways(*shape, KINDS[kind], train=train)
        with torch.set_grad_enabled(train):
            times = {}
            for way, run in made.items():
                seconds_of(way, run, 1)
                times[way] = max(1, round(LEAST / seconds_of(way, run, 1)))
            seconds: dict[str, list[float]] = {way: [] for way in made}
            for turn in range(rounds):
                for way, run in turned(made, turn):
                    seconds[way].append(float(f"{seconds_of(way, run, times[way]):.4g}"))
        found.append({"kind": kind, "train": train, "shape": shape, "seconds": seconds})
        times_of = " ".join(f"{way} {median(own) * 1e3:.3f}" for way, own in seconds.items())
        tell(f"{number} of {len(cases)}: {kind}{', with backward' * train}, {shape}, ms: {times_of}")
    return {"rounds": rounds, "cases": found}


def faster(case: dict, way: str) -> list[float]:
    """How many times as fast as F.conv1d, round by round."""
    return ratios(case["seconds"][way], case["seconds"]["F.conv1d"])


def markdown(results: dict) -> str:
    """A line for every shape: how many times as fast as F.conv1d."""
    columns = [(kind, train) for kind in KINDS for train in (False, True)]
    names = [f"{kind}, {'with backward' if train else 'forward'}" for kind, train in columns]
    lines = [
        f"{results['rounds']} rounds; median and range of the ratio to F.conv1d, above 1 is faster.",
        "",
        f"| rows | steps | channels | dilation | {' | '.join(names)} |",
        f"| ---: | ---: | ---: | ---: |{' ---: |' * len(columns)}",
    ]
    by = {(case["kind"], case["train"], tuple(case["shape"])): case for case in results["cases"]}
    for shape in dict.fromkeys(tuple(case["shape"]) for case in results["cases"]):
        cells = []
        for kind, train in columns:
            cells.append(spread(faster(by[kind, train, shape], "Conv")))
        lines.append(f"| {' | '.join(f'{size:,}' for size in shape)} | {' | '.join(cells)} |")
    summary = []
    for (kind, train), name in zip(columns, names, strict=True):
        medians = [median(faster(by[kind, train, shape], "Conv")) for shape in dict.fromkeys(s for _, _, s in by)]
        summary.append(f"{name} {median(medians):.2f} ({min(medians):.2f} to {max(medians):.2f})")
    return "\n".join([*lines, "", f"Over all shapes, median and range of the medians: {'; '.join(summary)}."])


if __name__ == "__main__":
    main(TABLE, __doc__, measure, markdown, rounds=ROUNDS)
