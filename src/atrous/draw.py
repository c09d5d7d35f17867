"""What a model sees and costs, layer by layer: rows, a table, a drawing of the cone, numbers for a program.

Layers are read by their attributes and never imported, so that no torch is pulled in here.

>>> from atrous.attend import Max
>>> from atrous.embed import Tokens
>>> from atrous.encode import ngram
>>> from atrous.model import Model
>>> from atrous.predict import Classes
>>> model = Model(Tokens(50, 8), ngram(8, channels=4, kernels=(1, 3)), Max(8), Classes(8, 2))
>>> for row in field_rows(model, steps=10):
...     print("  " * row.depth + row.name, row.window, row.parameters, row.flops, sep="; ")
Tokens(50, 8); its own step; 400; 0
Parallel; 1 back, 1 ahead; 136; 2560
  Conv(8, 4, kernel=1); its own step; 36; 640
  Conv(8, 4, kernel=3, right=1); 1 back, 1 ahead; 100; 1920
Max; all; 0; 0
Classes; all; 18; 32
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from atrous.window import Number, Window, plain

if TYPE_CHECKING:
    from atrous.contract import Layer
    from atrous.model import Model
else:  # what reads annotations while the program runs finds a name here, and no torch behind it
    Layer = Model = Any

# A pool declares no window: it sees its whole row, unless it picks a single step of it.
PICK_ONE_STEP = ("Last",)


class FieldRow(NamedTuple):
    """One layer of a model, or a composite that the deeper rows after it make up.

    depth: how many composites it stands in.
    name: as in Python: "Conv(64, 96, kernel=3, dilation=2)".
    kernel: the effective kernel, the steps of its own input that one output sees; `math.inf` without end.
    window: the tokens that one of its outputs sees, along its own path.
    parameters: trainable numbers.
    flops: floating-point operations for one row, at the rate the layer runs at.
    part: "embed", "encode", "attend" or "predict".
    """

    depth: int
    name: str
    kernel: int | float
    window: Window
    parameters: int
    flops: int
    part: str = "encode"


class _Place(NamedTuple):
    """Where a layer stands: under how many composites, after what window, and how many steps a row has there."""

    depth: int
    window: Window
    steps: int
    backward: bool
    everything: bool

    def own(self, layer: Layer) -> Window:
        """The layer's window in the direction in which time runs."""
        seen = layer.window
        return Window(seen.right, seen.left, seen.stride) if self.backward else seen

    def after(self, layer: Layer) -> _Place:
        return self._replace(window=self.window.then(self.own(layer)), steps=layer.cost.steps(self.steps))


def field_rows(model: Model, *, steps: int, everything: bool = False) -> list[FieldRow]:
    """A row for every layer of the model, in the order in which it reads.

    Stacks are read part by part; Residual, Parallel and Backward give a row, then those of what is inside them.

    steps: tokens of the row whose operations are counted.
    everything: also show what has neither parameters nor a window, such as an activation or a dropout.

    Raises ValueError if steps is below 1.
    """
    if steps < 1:
        raise ValueError(f"field_rows needs steps >= 1, got steps={steps}")
    embed, encode, attend, predict = model.embed, model.encode, model.attend, model.predict
    pool = Window() if _class(attend) in PICK_ONE_STEP else Window(math.inf, math.inf)
    seen, answer = embed.window, model.window.then(pool)
    start = _Place(0, seen, embed.cost.steps(steps), backward=False, everything=everything)
    pooled = attend.cost.flops(start.after(encode).steps)
    return [
        FieldRow(0, _name(embed), seen.size, seen, embed.cost.parameters, embed.cost.flops(steps), "embed"),
        *_in_turn([encode], start),
        FieldRow(0, _name(attend), pool.size, answer, attend.cost.parameters, pooled, "attend"),
        FieldRow(0, _name(predict), 1, answer, predict.cost.parameters, predict.cost.flops(1), "predict"),
    ]


def _in_turn(layers: Iterable[Layer], here: _Place) -> Iterator[FieldRow]:
    """The rows of layers that read each other; a Stack among them gives its parts and no row of its own."""
    for layer in layers:
        parts = getattr(layer, "parts", None)
        yield from _of(layer, here) if parts is None else _in_turn(parts, here)
        here = here.after(layer)


def _of(layer: Layer, here: _Place, label: str = "") -> Iterator[FieldRow]:
    """The row of one layer, then those of what is inside it."""
    own, cost = here.own(layer), layer.cost
    if not (here.everything or cost.parameters or cost.flops(here.steps) or own != Window()):
        return
    window = here.window.then(own)
    yield FieldRow(here.depth, label + _name(layer), own.size, window, cost.parameters, cost.flops(here.steps))
    inside = here._replace(depth=here.depth + 1)
    if both := getattr(layer, "sum", None):  # Residual: what is not the skip is the path
        skip, path = both.paths
        yield from _of(skip, inside, "skip: ")
        yield from _in_turn([path], inside)
    elif reversed_ := getattr(layer, "layer", None):  # Backward
        yield from _in_turn([reversed_], inside._replace(backward=not here.backward))
    else:  # Parallel, where a Stack is a row, so that its parts are seen to be one path; Stack; a plain layer
        for path in getattr(layer, "paths", ()):
            yield from _of(path, inside)
        yield from _in_turn(getattr(layer, "parts", ()), inside)


def _class(module: Any) -> str:
    # Weight norm puts another class before the layer's own.
    return type(module).__name__.removeprefix("Parametrized")


def _name(module: Any) -> str:
    if hasattr(module, "parts") and not len(module.parts):
        return "identity"
    options = module.extra_repr()
    return f"{_class(module)}({options})" if options else _class(module)


def leaves(rows: Sequence[FieldRow]) -> list[FieldRow]:
    """The rows that are no composites: each parameter and each operation is in exactly one of them."""
    return list(itertools.compress(rows, _are_leaves(rows)))


def _are_leaves(rows: Sequence[FieldRow]) -> list[bool]:
    return [below.depth <= row.depth for row, below in itertools.pairwise(rows)] + [True] * bool(rows)


def _total(rows: Sequence[FieldRow]) -> tuple[int, int]:
    """Parameters and operations of the whole."""
    simple = leaves(rows)
    return sum(row.parameters for row in simple), sum(row.flops for row in simple)


def top_level(rows: Sequence[FieldRow]) -> list[tuple[str, Window]]:
    """Name and window of what embeds and of the encoder's layers, those inside composites left out.

    The last window is the model's.
    """
    return [(row.name, row.window) for row in rows if row.depth == 0 and row.part in ("embed", "encode")]


def _last(rows: Sequence[FieldRow]) -> Window:
    """The model's window."""
    return ([Window()] + [window for _, window in top_level(rows)])[-1]


def field_table(rows: Sequence[FieldRow], *, steps: int, width: int = 100) -> str:
    """The rows as text, aligned, with a total; names are cut where a line would be longer than width.

    A composite shows what it sees; its costs stand in the rows inside it, so that both columns add up.

    steps: as given to `field_rows`.

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
    parameters, flops = _total(rows)
    above = ["", "effective", "sees", "sees", "", "", ""]
    head = ["layer", "kernel", "back", "ahead", "stride", "parameters", "FLOPs"]
    body = [_cells(row, simple) for row, simple in zip(rows, _are_leaves(rows), strict=True)]
    total = ["total", "", "", "", "", f"{parameters:,}", _si(flops)]
    widths = [max(map(len, column)) for column in zip(above, head, *body, total, strict=True)]
    numbers = sum(widths[1:]) + 2 * len(widths[1:])
    widths[0] = min(widths[0], max(20, width - numbers))
    line = "-" * (widths[0] + numbers)
    first, second, *middle, last = (_aligned(cells, widths) for cells in [above, head, *body, total])
    note = f"One step of the encoder sees {_last(rows)}. FLOPs: one row of {steps:,} tokens."
    return "\n".join([first, second, line, *middle, line, last, "", note])


def _cells(row: FieldRow, simple: bool) -> list[str]:
    return [
        "  " * row.depth + row.name,
        _count(row.kernel),
        _count(row.window.left),
        _count(row.window.right),
        str(row.window.stride) if row.part in ("embed", "encode") else "",  # past the pool there is one step a row
        f"{row.parameters:,}" if simple else "",
        _si(row.flops) if simple else "",
    ]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = (f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([f"{_cut(cells[0], widths[0]):<{widths[0]}}", *numbers]).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def _count(value: Number) -> str:
    """Whole steps, as `Window` says them: half a step further is no step further."""
    return "all" if value == math.inf else f"{math.floor(value):,}"


def _si(count: int) -> str:
    """Three digits and a unit: 4718592 is 4.72 M."""
    if count < 1000:
        return str(count)
    power, unit = next(((p, unit) for p, unit in enumerate("kMGTPE", 1) if count < 999.5 * 1000**p), (6, "E"))
    value = count / 1000**power
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f} {unit}"


def cone(windows: Sequence[tuple[str, Window]], *, width: int = 100, plain: bool = False) -> str:
    """What each layer sees, drawn to one linear scale, time running to the right; a side without end is an arrow.

    windows: name and window of each, such as `top_level` gives.
    plain: draw in ASCII, for a terminal or a file that takes no more.

    >>> print(cone([("Tokens", Window()), ("Conv", Window(9, 3)), ("LSTM", Window(math.inf, 3))]))
    Tokens             ●
    Conv      ━━━━━━━━━●━━━
    LSTM    ←━━━━━━━━━━●━━━
            ● the output's own step; one column: 1 token; ← without end
    """
    bar, mark, back, ahead = ("-", "o", "<", ">") if plain else ("━", "●", "←", "→")
    names = [_cut(name, max(20, width * 2 // 5)) for name, _ in windows]
    label = max(map(len, names), default=0)
    sides = [[window.left for _, window in windows], [window.right for _, window in windows]]
    room = max(24, width - label - 2)
    scales = (digit * 10**power for power in itertools.count() for digit in (1, 2, 5))
    scale = next(scale for scale in scales if 1 + sum(_span(side, scale) for side in sides) <= room)
    before, later = (_span(side, scale) for side in sides)
    lines = []
    for name, (_, window) in zip(names, windows, strict=True):
        past = back + bar * (before - 1) if window.left == math.inf else bar * _columns(window.left, scale)
        future = bar * (later - 1) + ahead if window.right == math.inf else bar * _columns(window.right, scale)
        lines.append(f"{name:<{label}}  {past:>{before}}{mark}{future}")
    arrows = " ".join(arrow for arrow, side in ((back, sides[0]), (ahead, sides[1])) if math.inf in side)
    note = f"{mark} the output's own step; one column: {scale:,} token{'s' if scale > 1 else ''}"
    lines.append(" " * (label + 2) + note + (f"; {arrows} without end" if arrows else ""))
    return "\n".join(lines)


def _columns(side: Number, scale: int) -> int:
    """Rounded up, so that what sees one step beyond its own is seen to."""
    return math.ceil(math.floor(side) / scale)


def _span(side: Sequence[Number], scale: int) -> int:
    """The columns that one side of the drawing takes; an arrow stands beyond whatever ends."""
    longest = max((_columns(one, scale) for one in side if one != math.inf), default=0)
    return max(8, longest + 2) if math.inf in side else longest


def field_json(rows: Sequence[FieldRow]) -> dict[str, Any]:
    """The rows as JSON takes them: numbers, "inf" for what has no end; the model's window and cost beside them.

    >>> field_json([FieldRow(0, "LSTM(1, 2)", math.inf, Window(left=math.inf), 32, 480)])["window"]
    {'left': 'inf', 'right': 0, 'stride': 1}
    """
    layers = [row._asdict() | {"kernel": plain(row.kernel), "window": row.window.to_json()} for row in rows]
    parameters, flops = _total(rows)
    return {"layers": layers, "window": _last(rows).to_json(), "parameters": parameters, "flops": flops}
