"""What a model sees and costs, layer by layer, as rows.

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

from atrous.window import Window

if TYPE_CHECKING:
    from atrous.contract import Layer
    from atrous.model import Model
else:  # what reads annotations while the program runs finds a name here, and no torch behind it
    Layer = Model = Any

# A pool declares no window: it sees its whole row, unless it picks a single step of it, or keeps each by itself.
PICK_ONE_STEP = ("Last", "Keep")


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
    again: bool = False  # whether it stood here before: its parameters are counted there

    def own(self, layer: Layer) -> Window:
        """The layer's window in the direction in which time runs."""
        seen = layer.window
        return Window(seen.right, seen.left, seen.stride) if self.backward else seen

    def after(self, layer: Layer) -> _Place:
        return self._replace(window=self.window.then(self.own(layer)), steps=layer.cost.steps(self.steps))


def field_rows(model: Model, *, steps: int, everything: bool = False) -> list[FieldRow]:
    """A row for every layer of the model, in the order in which it reads.

    Stacks are read part by part; Residual, Parallel, Restored and Backward give a row, then those of what is inside.

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
    encoded = start.after(encode).steps
    pooled, answered = attend.cost.flops(encoded), predict.cost.flops(encoded if model.tags else 1)
    return [
        FieldRow(0, layer_name(embed), seen.size, seen, embed.cost.parameters, embed.cost.flops(steps), "embed"),
        *_in_turn([encode], start),
        FieldRow(0, layer_name(attend), pool.size, answer, attend.cost.parameters, pooled, "attend"),
        FieldRow(0, layer_name(predict), 1, answer, predict.cost.parameters, answered, "predict"),
    ]


def layer_rows(layer: Layer, *, steps: int, everything: bool = False) -> list[FieldRow]:
    """A row for the layer and for every layer inside it, as `field_rows` gives them of a model's encoder.

    Any layer that keeps the contract: its own row says what it declares. steps, everything: as for `field_rows`.

    Raises ValueError if steps is below 1.

    >>> from atrous.layers import Conv, Stack
    >>> for row in layer_rows(Stack(Conv(8, 8, kernel=3), Conv(8, 8, kernel=3, dilation=2)), steps=10):
    ...     print(row.name, row.window, sep="; ")
    Conv(8, 8, kernel=3); 2 back
    Conv(8, 8, kernel=3, dilation=2); 6 back
    """
    if steps < 1:
        raise ValueError(f"layer_rows needs steps >= 1, got steps={steps}")
    start = _Place(0, Window(), steps, backward=False, everything=everything)
    return [*_in_turn([layer], start)] or [*_of(layer, start._replace(everything=True))]


def _in_turn(layers: Iterable[Layer], here: _Place) -> Iterator[FieldRow]:
    """The rows of layers that read each other; a Stack among them gives its parts and no row of its own.

    Nor does a block that is repeated, if what it gives is not concatenated.
    """
    for layer in layers:
        parts = getattr(layer, "parts", None)
        if getattr(layer, "join", "") == "chain":
            yield from _repeated(layer, here)
        else:
            yield from _of(layer, here) if parts is None else _in_turn(parts, here)
        here = here.after(layer)


def _repeated(layer: Any, here: _Place) -> Iterator[FieldRow]:
    """The rows of each application of a Repeated's blocks."""
    for number, block in enumerate(layer.applications):
        yield from _in_turn([block], here._replace(again=here.again or number >= len(layer.blocks)))
        here = here.after(block)


def _of(layer: Layer, here: _Place, label: str = "") -> Iterator[FieldRow]:
    """The row of one layer, then those of what is inside it."""
    own, cost = here.own(layer), layer.cost
    parameters = 0 if here.again else cost.parameters
    if not (here.everything or cost.parameters or cost.flops(here.steps) or own != Window()):
        return
    window = here.window.then(own)
    yield FieldRow(here.depth, label + layer_name(layer), own.size, window, parameters, cost.flops(here.steps))
    inside = here._replace(depth=here.depth + 1)
    if both := getattr(layer, "sum", None):  # Residual: what is not the skip is the path
        skip, path = both.paths
        yield from _of(skip, inside, "skip: ")
        yield from _in_turn([path], inside)
    elif restored := getattr(layer, "path", None):  # Restored
        yield from _in_turn([restored], inside)
    elif reversed_ := getattr(layer, "layer", None):  # Backward
        yield from _in_turn([reversed_], inside._replace(backward=not here.backward))
    elif hasattr(layer, "applications"):  # Repeated
        yield from _repeated(layer, inside)
    else:  # Parallel, where a Stack is a row, so that its parts are seen to be one path; Stack; a plain layer
        for path in getattr(layer, "paths", ()):
            yield from _of(path, inside)
        yield from _in_turn(getattr(layer, "parts", ()), inside)


def _class(module: Any) -> str:
    # Weight norm puts another class before the layer's own.
    return type(module).__name__.removeprefix("Parametrized")


def layer_name(module: Any) -> str:
    """A layer as in Python, as far as its options are shown: "Conv(64, 96, kernel=3, dilation=2)"."""
    if hasattr(module, "parts") and not len(module.parts):
        return "identity"
    options = module.extra_repr()
    return f"{_class(module)}({options})" if options else _class(module)


def leaves(rows: Sequence[FieldRow]) -> list[FieldRow]:
    """The rows that are no composites: each parameter and each operation is in exactly one of them."""
    return list(itertools.compress(rows, are_leaves(rows)))


def are_leaves(rows: Sequence[FieldRow]) -> list[bool]:
    """Of every row, whether it is no composite: nothing deeper follows it."""
    return [below.depth <= row.depth for row, below in itertools.pairwise(rows)] + [True] * bool(rows)


def total(rows: Sequence[FieldRow]) -> tuple[int, int]:
    """Parameters and operations of the whole."""
    simple = leaves(rows)
    return sum(row.parameters for row in simple), sum(row.flops for row in simple)


def top_level(rows: Sequence[FieldRow]) -> list[tuple[str, Window]]:
    """Name and window of what embeds and of the encoder's layers, those inside composites left out.

    The last window is the model's.
    """
    return [(row.name, row.window) for row in rows if row.depth == 0 and row.part in ("embed", "encode")]


def last(rows: Sequence[FieldRow]) -> Window:
    """The model's window."""
    return ([Window()] + [window for _, window in top_level(rows)])[-1]
