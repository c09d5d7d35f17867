"""Time and peak memory of one pass, by the length of the rows: ours beside torch's LSTM and Transformer.

    python benchmarks/speed/lengths.py
    python benchmarks/speed/lengths.py --write             the tables and pictures alone, out of what is kept

Every encoder has about 100,000 parameters and reads rows of 64 numbers a step: `tcn` and `lstm` of atrous, `nn.LSTM`,
and `nn.TransformerEncoder` of two layers with four heads. Measured are reading (forward, at inference) and training
(forward, backward, AdamW) of 1 row and of 16, on one thread; `tcn` is also read in chunks of 4,096 steps, as
`Bundle.predict` reads long rows. Each measurement is a process of its own; memory is the most that it held beyond model
and input. What needs more than the memory or the time below is stopped, and what would need it, judging by the shorter
rows, is not begun. Kept in benchmarks/results/speed-lengths.json; the pictures are docs/pictures/lengths_*.svg.
"""

from __future__ import annotations

import json
import math
import os
import resource
import select
import signal
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import torch
from _shared import Table, main, tell
from torch import Tensor, nn

from atrous.encode import ENCODERS
from atrous.layers import fold

sys.path.insert(0, str(Path(__file__).parents[1]))
from examined.lines import Axis, Line, Panel, chart, powers

TABLE = Table(__file__)
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LENGTHS = (100, 1000, 10_000, 30_000, 100_000)
BATCHES = (1, 16)
INPUTS, PARAMETERS, CHUNK, THREADS = 64, 100_000, 4096, 1
MOST_BYTES, MOST_SECONDS, ROUNDS = 8 * 2**30, 60.0, 5
MODES = {"reading": "forward, at inference", "training": "forward, backward and AdamW"}


class Transformer(nn.Module):
    """`nn.TransformerEncoder` behind a projection to its width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.0, batch_first=True)
        self.first, self.layers = nn.Linear(INPUTS, width), nn.TransformerEncoder(layer, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(self.first(x))


class Recurrent(nn.Module):
    """`nn.LSTM`, its outputs alone."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.LSTM(INPUTS, width, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)[0]


MODELS: dict[str, Callable[[int], nn.Module]] = {
    "tcn": lambda width: ENCODERS["tcn"](INPUTS, channels=width, depth=6, dropout=0.0),
    "lstm": lambda width: ENCODERS["lstm"](INPUTS, channels=width),
    "nn.LSTM": Recurrent,
    "nn.Transformer": lambda width: Transformer(4 * width),
}
CHUNKED = "tcn, in chunks"
NAMES = ("tcn", CHUNKED, "lstm", "nn.LSTM", "nn.Transformer")


def count(model: nn.Module) -> int:
    return sum(part.numel() for part in model.parameters())


@cache
def width(name: str) -> int:
    """The width that brings a model nearest to the budget."""
    with torch.device("meta"):
        above = bisect_left(range(4, 256), PARAMETERS, key=lambda width: count(MODELS[name](width))) + 4
        return min((above - 1, above), key=lambda width: abs(math.log(count(MODELS[name](width)) / PARAMETERS)))


def made(name: str) -> nn.Module:
    """The model, ours in chunks being ours."""
    own = name.partition(",")[0]
    torch.manual_seed(0)
    return MODELS[own](width(own))


def in_chunks(model: Any, x: Tensor) -> Tensor:
    """The greatest output of each channel, of which every chunk needs but the last ones."""
    state, best = model.start(len(x)), x.new_full((len(x), 1), -math.inf)
    for piece in x.split(CHUNK, 1):
        y, _, state = model.step(piece, torch.ones(piece.shape[:2], dtype=torch.bool), state)
        best = torch.maximum(best, y.amax(1))
    return best


def worker(name: str, mode: str, batch: int, length: int) -> Callable[[], object]:
    """One pass of that model."""
    model, x = made(name), torch.randn(batch, length, INPUTS)
    if mode == "training":
        optimiser = torch.optim.AdamW(model.train().parameters(), 1e-3)

        def step() -> None:
            model(x).square().mean().backward()
            optimiser.step()
            optimiser.zero_grad()

        return step
    fold(model.eval())  # weight norm, as in a bundle

    @torch.inference_mode()
    def read() -> Tensor:
        return in_chunks(model, x) if name == CHUNKED else model(x)

    return read


def held(what: str) -> int:
    """Bytes of this process: `VmRSS` is held now, `VmHWM` was at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) * 1024


def found_by(name: str, mode: str, batch: int, length: int) -> dict[str, float]:
    """Seconds and bytes of one pass, in the process that calls this."""
    work = worker(name, mode, batch, length)
    resource.setrlimit(resource.RLIMIT_DATA, (held("VmData") + MOST_BYTES,) * 2)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, began = held("VmRSS"), time.perf_counter()
    work()
    first = time.perf_counter() - began
    times, most = [], held("VmHWM") - before
    while len(times) < ROUNDS and first + sum(times) < 2:
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return {"seconds": median(times or [first]), "bytes": max(most, 0)}


def measured(name: str, mode: str, batch: int, length: int) -> dict[str, Any]:
    """The same in a process of its own, or why there is nothing to say."""
    reading, writing = os.pipe()
    child = os.fork()  # torch is imported already, and no thread of its has begun
    if not child:
        try:
            os.write(writing, json.dumps(found_by(name, mode, batch, length)).encode())
        except (MemoryError, RuntimeError) as error:
            what = "over the limit of memory" if "alloc" in str(error).lower() or not str(error) else str(error)[:100]
            os.write(writing, json.dumps({"stopped": what}).encode())
        finally:
            os._exit(0)
    os.close(writing)
    try:
        if not select.select([reading], [], [], MOST_SECONDS + 20)[0]:
            os.kill(child, signal.SIGKILL)
            return {"stopped": "over the limit of time"}
        return json.loads(os.read(reading, 4096) or b'{"stopped": "killed: no memory"}')
    finally:
        os.close(reading)
        os.waitpid(child, 0)


def expected(shorter: list[tuple[int, dict]], length: int) -> dict[str, Any] | None:
    """What the next length would take, by how the last two grew; None where that is within the limits."""
    if shorter and "stopped" in shorter[-1][1]:
        return shorter[-1][1]
    if len(shorter) < 2:
        return None
    (low, before), (high, last) = ((steps, one.get("expected", one)) for steps, one in shorter[-2:])
    found = {}
    for what in ("seconds", "bytes"):
        growth = math.log(max(last[what], 1e-9) / max(before[what], 1e-9)) / math.log(high / low)
        found[what] = last[what] * (length / high) ** min(2.0, max(1.0, growth))
    return {"expected": found} if found["bytes"] > MOST_BYTES or found["seconds"] > MOST_SECONDS else None


def measure(_: int) -> dict:
    """Every model, mode and batch, from short to long."""
    torch.set_num_threads(THREADS)
    parameters = {name: count(made(name)) for name in MODELS}  # finds the widths before there are processes
    runs = []
    for mode, batch, name in product(MODES, BATCHES, NAMES):
        if name == CHUNKED and mode == "training":
            continue
        series: list[tuple[int, dict]] = []
        for length in LENGTHS:
            found = expected(series, length) or measured(name, mode, batch, length)
            series.append((length, found))
            runs.append({"model": name, "mode": mode, "batch": batch, "length": length, **found})
            tell(f"{mode}, batch {batch}, {name}, {length:,} steps: {cell(found)}")
    return {
        "threads": THREADS, "most_bytes": MOST_BYTES, "most_seconds": MOST_SECONDS,
        "parameters": parameters, "runs": runs,
    }  # fmt: skip


def cell(found: dict[str, Any]) -> str:
    """What was found, in words."""
    if "expected" in found:
        return f"not run: would take {amounts(found['expected'])}"
    return f"stopped: {found['stopped']}" if "stopped" in found else amounts(found)


def amounts(found: dict[str, float]) -> str:
    seconds, mebibytes = found["seconds"], found["bytes"] / 2**20
    shown = f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
    return f"{shown}, {mebibytes:,.0f} MiB" if mebibytes < 10_000 else f"{shown}, {mebibytes / 1024:,.0f} GiB"


def markdown(results: dict) -> str:
    """The tables, one for each mode and batch."""
    named = ", ".join(f"{name} {parameters:,}" for name, parameters in results["parameters"].items())
    parts = [
        f"{results['threads']} thread. Parameters: {named}. Not run, or stopped: over {results['most_seconds']:.0f} "
        f"seconds or {results['most_bytes'] / 2**30:.0f} GiB."
    ]
    cells = {(r["mode"], r["batch"], r["model"], r["length"]): cell(r) for r in results["runs"]}
    for mode, batch in product(MODES, BATCHES):
        lines = [
            f"{mode.capitalize()} ({MODES[mode]}), {batch} row{'s' * (batch > 1)}:",
            "",
            f"| steps | {' | '.join(name for name in NAMES if (mode, batch, name, LENGTHS[0]) in cells)} |",
        ]
        lines.append("| ---: " * (lines[-1].count("|") - 1) + "|")
        for length in LENGTHS:
            row = [cells[key] for name in NAMES if (key := (mode, batch, name, length)) in cells]
            lines.append(f"| {length:,} | {' | '.join(row)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def pictures(results: dict) -> dict[str, str]:
    """Every picture, by the name of its file."""
    what = {"seconds": ("seconds", 1, powers(-3, 2)), "bytes": ("MiB", 2**20, powers(0, 4))}
    titles = {"seconds": "What length costs in time", "bytes": "What length costs in memory"}
    x = Axis(
        "steps of a row", LENGTHS[0], LENGTHS[-1], [(one, f"{one:,}") for one in (100, 1000, 10_000, 100_000)], log=True
    )
    found = {}
    for mode, (key, (unit, scale, marks)) in product(MODES, what.items()):
        y = Axis(unit, marks[0][0] * (0.3 if key == "seconds" else 1), marks[-1][0], marks, log=True)
        panels = []
        for batch in BATCHES:
            lines = []
            for colour, name in enumerate(NAMES):
                own = [r for r in results["runs"] if (r["mode"], r["batch"], r["model"]) == (mode, batch, name)]
                points = [(r["length"], max(r[key] / scale, y.low)) for r in own if key in r]
                if points:
                    lines.append(Line(name, points, colour, name == CHUNKED))
            panels.append(Panel(f"{batch} row{'s' * (batch > 1)}", x, y, lines))
        note = f"{mode.capitalize()}: {MODES[mode]}; about {PARAMETERS:,} parameters each, one thread; axes by factors"
        name = "time" if key == "seconds" else "memory"
        found[f"lengths_{mode}_{name}.svg"] = chart(titles[key], note, panels)
    return found


if __name__ == "__main__":
    main(TABLE, __doc__, measure, markdown, rounds=ROUNDS)
    for name, drawn in pictures(TABLE.results).items():
        (PICTURES / name).write_text(drawn, encoding="utf-8")
