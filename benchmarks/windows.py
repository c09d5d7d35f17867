"""What every encoder says it sees, beside what a probe finds that it sees.

    python benchmarks/windows.py [--samples 16] [--encode A,B,C]

Every encoder at its default settings and deeper, with fresh weights in double precision; an idcnn begins with blocks
that give what they read, and sees nothing through them, so they are drawn (`encode.identity=false`). The probe
(`atrous.probe`) asks the gradient which input steps an output depends on, over random rows. Where an encoder chooses
among steps (k-max, a maximum over windows) the gradient knows nothing of what was not chosen; there it puts other
vectors in the place of each step. Looked at are outputs in the middle of a row, one of each phase where the rate falls
and rises again, and the first and the last output. A side without end must reach the row's edge.

Prints a line an encoder. The results are kept in benchmarks/results/windows.json, and the table in docs/encoders.md is
written anew. About a minute.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import torch

from atrous.config import load
from atrous.contract import Layer
from atrous.encode import ENCODERS
from atrous.probe import seen
from atrous.window import plain

KEPT = Path(__file__).parent / "results" / "windows.json"
PAGE = Path(__file__).parents[1] / "docs" / "encoders.md"
BEGIN, END = "<!-- windows: written by benchmarks/windows.py -->", "<!-- end of windows -->"

INPUTS = 64
BEYOND = 12  # steps of a row on both sides of what an output in its middle sees
DRAWN = {"idcnn": ["encode.identity=false"]}  # what it takes for weights that see
ENDLESS = 60  # steps on a side that has no end
CHOOSES = ("kmax", "deep")
DEEPER: dict[str, list[str]] = {
    "attention": ["encode.depth=6"],
    "bigru": ["encode.depth=2"],
    "bilstm": ["encode.depth=2"],
    "birnn": ["encode.depth=2"],
    "conv": ["encode.dilations=[1,1,2,4,8,1]", "encode.strides=[1,2,1,1,1,2]"],
    "deep": ["encode.depth=5"],
    "dense": ["encode.depth=6"],
    "gated": ["encode.depth=8"],
    "gru": ["encode.depth=3"],
    "highway": ["encode.depth=6"],
    "hybrid": ["encode.halvings=3"],
    "idcnn": ["encode.dilations=[1,1,2]", "encode.repeats=4"],
    "kmax": ["encode.kernels=[7,5,3]"],
    "lstm": ["encode.depth=3"],
    "multiscale": ["encode.depth=4"],
    "ngram": ["encode.kernels=[2,5,12]"],
    "residual": ["encode.depth=6"],
    "rnn": ["encode.depth=3"],
    "tcn": ["encode.depth=6"],
    "tdnn": ["encode.contexts=[[2,2],[1,2],[3,3],[7,2],[9,4]]"],
    "unet": ["encode.depth=3"],
    "wavenet": ["encode.depth=8"],
}


def measured(layer: Layer, *, samples: int, by_change: bool = False) -> dict[str, Any]:
    """What an output in the middle sees on each side, and whether that and the row's two ends are as declared.

    left, right: steps; "inf" where a side reaches the row's edge and is declared without end.
    """
    window, stride = layer.window, layer.window.stride
    sides = [ENDLESS if side == math.inf else math.floor(side) + BEYOND for side in (window.left, window.right)]
    phases = max(1, math.ceil(layer.grain / stride))
    middle = math.ceil(sides[0] / stride / phases) * phases
    steps = math.ceil((middle + phases) * stride) + sides[1]
    last = layer.cost.steps(steps) - 1
    if window.size == math.inf:  # a k-max keeps fewer steps than it reads, and wherever one looks it sees all
        middle = min(middle, last // 2)

    def found(output: int) -> tuple[int, int]:
        """The first and the last step that the output sees."""
        sees = seen(layer, steps=steps, output=output, samples=samples, by_change=by_change)
        if sees is None:
            raise ValueError(f"output {output} of {layer!r} depends on nothing")
        return sees

    spans = [(place * stride, *found(place)) for place in range(middle, middle + phases)]
    left, right = max(own - first for own, first, _ in spans), max(to - own for own, _, to in spans)
    if window.left == math.inf and all(first == 0 for _, first, _ in spans):
        left = math.inf
    if window.right == math.inf and all(to == steps - 1 for _, _, to in spans):
        right = math.inf
    ends = True
    for output in (0, last):
        first, to = found(output)
        own = output * stride
        ends &= own - window.left <= first and to <= own + window.right
        ends &= first == 0 if window.left == math.inf else True
        ends &= to == steps - 1 if window.right == math.inf else True
    declared = tuple(side if side == math.inf else math.floor(side) for side in (window.left, window.right))
    return {
        "steps": steps,
        "left": plain(left),
        "right": plain(right),
        "equal": (left, right) == declared,
        "ends": bool(ends),
    }


def run(name: str, overrides: list[str], samples: int) -> dict[str, Any]:
    """One encoder with these settings."""
    torch.manual_seed(0)
    layer = ENCODERS[name](INPUTS, **load(None, overrides, encode=name).encode.options)
    by_change = name in CHOOSES
    found = measured(layer, samples=samples, by_change=by_change)
    return {
        "encoder": name,
        "settings": " ".join(overrides),
        "declared": layer.window.to_json(),
        "measured": {side: found[side] for side in ("left", "right")},
        "by": "changes" if by_change else "gradient",
        "row": found["steps"],
        "equal": found["equal"],
        "ends": found["ends"],
    }


def markdown(results: list[dict[str, Any]]) -> str:
    """The table of the page."""

    def sides(window: dict[str, Any]) -> str:
        return f"{_side(window['left'])} back, {_side(window['right'])} ahead"

    lines = ["| encoder | settings | declared | measured | by | row |", "|---|---|---|---|---|---|"]
    for one in results:
        settings = f"`{one['settings']}`" if one["settings"] else "default"
        cells = [one["encoder"], settings, sides(one["declared"]), sides(one["measured"]), one["by"], str(one["row"])]
        lines.append(f"| {' | '.join(cells)} |")
    equal, ends = sum(one["equal"] for one in results), sum(one["ends"] for one in results)
    count = len(results)
    said = f"Equal: {equal} of {count}. The row's first and last output see no more than declared: {ends} of {count}."
    return "\n".join([*lines, "", said])


def _side(value: float | str) -> str:
    return "all" if value == "inf" else f"{math.floor(float(value))}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--encode", default=",".join(ENCODERS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = []
    for name in options.encode.split(","):
        for overrides in ([], DEEPER[name]) if name in DEEPER else ([],):
            one = run(name, [*overrides, *DRAWN.get(name, [])], options.samples)
            results.append(one)
            said = "equal" if one["equal"] and one["ends"] else "DIFFERS"
            print(f"{name:<11} {one['declared']} {one['measured']} {said}  {one['settings']}", flush=True)
    if options.encode == ",".join(ENCODERS):
        KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
