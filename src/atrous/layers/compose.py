"""Layers out of layers. With `repeated` and `line`, the only place that knows about delays and grains."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import Any, Literal, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State
from atrous.layers.dropout import Dropout, SpatialDropout
from atrous.layers.line import hold, line
from atrous.layers.pointwise import Pointwise
from atrous.window import Cost, Number, Window


def _layers(modules: nn.ModuleList) -> Iterable[Layer]:
    """A ModuleList forgets what it holds."""
    return cast(Iterable[Layer], modules)


def _first(channels: Sequence[int | None]) -> int | None:
    return next((count for count in channels if count is not None), None)


class Stack(Layer):
    """Layers one after the other. An empty one is the identity.

    Shapes: those of the parts, in turn. Sees: the parts' windows, composed.
    Streaming, the delay of earlier parts is rounded up to each part's grain by a line before it.

    >>> from atrous.layers import Conv, Pointwise
    >>> Stack(Conv(2, 4, kernel=3), Pointwise(torch.relu), Conv(4, 8, kernel=2, dilation=2)).window
    Window(left=4, right=0, stride=1)

    Raises ValueError if a part does not take the channels that the part before it gives.
    """

    def __init__(self, *parts: Layer) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self._channels: list[int | None] = []  # before each part
        self._lines: list[int] = []  # steps to hold back before each part
        late: Number = Fraction(0)  # by how much the next part's input lags, in its own steps
        self.inputs = _first([part.inputs for part in parts])
        channels = self.inputs
        for number, part in enumerate(parts):
            if None not in (channels, part.inputs) and channels != part.inputs:
                raise ValueError(f"part {number + 1} of a Stack takes {part.inputs} channels, got {channels}: {part}")
            self._channels.append(part.inputs if part.inputs is not None else channels)
            self._lines.append(int(-late % part.grain))
            late = (late + self._lines[-1]) / part.window.stride + part.delay
            self.grain = self._grain_before(part)
            self.window, self.cost = self.window.then(part.window), self.cost.then(part.cost)
            self.streams = self.streams and part.streams
            channels = part.outputs if part.outputs is not None else channels
        self.delay, self.outputs = int(late), channels

    def _grain_before(self, part: Layer) -> int:
        """This stack's grain with one more part: what reaches the part must be a multiple of the part's grain."""
        # The least n of which n / stride is a multiple of the part's grain; counting up to it takes long for 10**6.
        return math.lcm(self.grain, Fraction(self.window.stride * part.grain).numerator)

    def start(self, batch: int) -> State:
        plan = zip(_layers(self.parts), self._lines, self._channels, strict=True)
        return tuple((line(self, batch, steps, channels), part.start(batch)) for part, steps, channels in plan)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        later = []
        for part, (waiting, inner) in zip(_layers(self.parts), state, strict=True):
            x, mask, waiting = hold(waiting, x, mask)
            x, mask, inner = part.step(x, mask, inner)
            later.append((waiting, inner))
        return x, mask, tuple(later)

    def forward(self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None) -> Tensor:
        if mask is None:  # a part may find some of its own outputs not real, as a valid convolution does
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        for part, rectified in self._passes():
            x, mask = part.after_relu(x) if rectified else part(x, mask), part.after(mask)
        return x

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        for part in _layers(self.parts):
            mask = part.after(mask)
        return mask

    def iterates(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> tuple[Tensor, ...]:
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        found: tuple[Tensor, ...] = (x,)
        for part, rectified in self._passes():  # what comes after a repeated block reads each of its outputs
            if rectified:
                found = tuple(map(part.after_relu, found))
                continue
            found = (*(part(y, mask) for y in found[:-1]), *part.iterates(found[-1], mask))
            mask = part.after(mask)
        return found

    def _passes(self) -> Iterator[tuple[Any, bool]]:
        """The parts, and whether one does what the ReLU before it would have done: dropout, in one pass with it."""
        parts = [*_layers(self.parts)]
        fused = [self.training and _drops_rectified(part, after) for part, after in pairwise(parts)]
        for part, before, with_next in zip(parts, [False, *fused], [*fused, False], strict=False):
            if not with_next:
                yield part, before


def _drops_rectified(part: Layer, after: Layer) -> bool:
    """Whether one is a ReLU and the other a dropout; who has hung a hook onto one of them sees each by itself."""
    if not isinstance(part, Pointwise) or not isinstance(after, (Dropout, SpatialDropout)):
        return False
    return part.function is torch.relu and not part._forward_hooks and not after._forward_hooks


class Parallel(Layer):
    """Paths that read the same input; their outputs are concatenated by channels, or added.

    Shapes: (batch, time, inputs) -> (batch, time / stride, sum of the paths' outputs, or their common outputs).
    Sees: the paths' windows together. Streaming, every path waits for the slowest.

    >>> from atrous.layers import Conv
    >>> Parallel(Conv(2, 3, kernel=2), Conv(2, 4, kernel=3, right=1)).delay
    1

    Raises ValueError if the paths' strides, inputs or, when added, outputs differ.
    """

    def __init__(self, *paths: Layer, join: Literal["concatenate", "add"] = "concatenate") -> None:
        super().__init__()
        if not paths:
            raise ValueError("Parallel needs at least one path, got none")
        self.paths, self.join = nn.ModuleList(paths), join
        self.inputs = _first([path.inputs for path in paths])
        if wrong := [path.inputs for path in paths if path.inputs not in (None, self.inputs)]:
            raise ValueError(f"parallel paths need the same inputs, got {self.inputs} and {wrong[0]} channels")
        outputs = [path.outputs if path.outputs is not None else self.inputs for path in paths]
        if join == "add" and len(set(outputs)) > 1:
            raise ValueError(f"paths that are added need the same outputs, got {outputs} channels")
        self.outputs = outputs[0] if join == "add" or None in outputs else sum(filter(None, outputs))
        self.window: Window = reduce(Window.beside, (path.window for path in paths))
        self.cost: Cost = reduce(Cost.beside, (path.cost for path in paths))
        self.grain = math.lcm(*(path.grain for path in paths))
        self.delay = max(path.delay for path in paths)
        self.streams = all(path.streams for path in paths)
        self._outputs = outputs

    def extra_repr(self) -> str:
        return "" if self.join == "concatenate" else f"join={self.join!r}"

    def start(self, batch: int) -> State:
        return tuple(
            (line(self, batch, self.delay - path.delay, channels), path.start(batch))
            for path, channels in zip(_layers(self.paths), self._outputs, strict=True)
        )

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        outputs, masks, later = [], [], []
        for path, (waiting, inner) in zip(_layers(self.paths), state, strict=True):
            y, real, inner = path.step(x, mask, inner)
            y, real, waiting = hold(waiting, y, real)
            outputs.append(y)
            masks.append(real)
            later.append((waiting, inner))
        return self._joined(outputs), masks[0], tuple(later)

    def forward(self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None) -> Tensor:
        return self._joined([path(x, mask) for path in _layers(self.paths)])

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        return next(iter(_layers(self.paths))).after(mask)

    def _joined(self, outputs: list[Tensor]) -> Tensor:
        return reduce(torch.add, outputs) if self.join == "add" else torch.cat(outputs, -1)


class Residual(Layer):
    """A path added to what it reads: skip(x) + path(x). The mask is the skip's.

    Shapes: (batch, time, inputs) -> (batch, time, outputs). Sees: what the path and the skip see.

    skip: None for the identity; a `Conv` of kernel 1 where the path changes the channels.

    >>> from atrous.layers import Conv
    >>> Residual(Conv(4, 4, kernel=3)).window
    Window(left=2, right=0, stride=1)

    Raises ValueError if path and skip differ in stride or channels.
    Source: He et al. 2015, Deep Residual Learning, section 3.2, https://arxiv.org/abs/1512.03385
    """

    def __init__(self, path: Layer, skip: Layer | None = None) -> None:
        super().__init__()
        self.sum = Parallel(skip if skip is not None else Stack(), path, join="add")
        for name in ("inputs", "outputs", "window", "cost", "grain", "delay", "streams"):
            setattr(self, name, getattr(self.sum, name))

    def start(self, batch: int) -> State:
        return self.sum.start(batch)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        return self.sum.step(x, mask, state)

    def forward(self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None) -> Tensor:
        return self.sum(x, mask)

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        return self.sum.after(mask)


class Restored(Layer):
    """A path that lowers the rate and raises it again, cut to the length of what it reads. The mask is its input's.

    Shapes: (batch, time, inputs) -> (batch, time, outputs). Sees: what the path sees.
    A row of 5 steps, halved and doubled, comes back as 6; beside a skip, or for a label a step, it must be 5 again.

    >>> from atrous.layers import Conv, ConvTranspose
    >>> down, up = Conv(4, 4, kernel=2, stride=2), ConvTranspose(4, 4, kernel=2, stride=2)
    >>> Restored(Stack(down, up))(torch.zeros(1, 5, 4)).shape
    torch.Size([1, 5, 4])

    Raises ValueError if the path does not restore the rate.
    Source: Ronneberger, Fischer, Brox 2015, U-Net, section 2, https://arxiv.org/abs/1505.04597
    """

    def __init__(self, path: Layer) -> None:
        super().__init__()
        if path.window.stride != 1:
            raise ValueError(f"Restored needs a path that restores the rate, got one with stride {path.window.stride}")
        self.path = path
        for name in ("inputs", "outputs", "window", "grain", "delay", "streams"):
            setattr(self, name, getattr(path, name))
        self.cost = Cost(path.cost.parameters, path.cost.flops)

    def start(self, batch: int) -> State:
        return self.unset(batch, self.delay), self.path.start(batch)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        steps, bits = x.shape[1], torch.cat([state[0], mask], 1)
        y, _, inner = self.path.step(x, mask, state[1])
        return y, bits[:, :steps], (bits[:, steps:], inner)

    def forward(self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None) -> Tensor:
        return self.path(x, mask)[:, : x.shape[1]]


def densely(*parts: Layer) -> Stack:
    """Layers that each read everything made before them: the input and all earlier parts' outputs, concatenated.

    Shapes: (batch, time, inputs) -> (batch, time, inputs + sum of the parts' outputs). The input arrives intact, as the
    first channels. Sees: the parts' windows, composed.

    >>> from atrous.layers import Conv
    >>> block = densely(Conv(10, 10, kernel=3), Conv(20, 10, kernel=3))  # 10 -> 20 -> 30 channels
    >>> block.outputs
    30

    Raises ValueError if a part does not take the channels made before it, or changes the rate.
    Source: Huang, Liu, van der Maaten, Weinberger 2017, Densely Connected Convolutional Networks, section 3,
    https://arxiv.org/abs/1608.06993
    """
    return Stack(*(Parallel(Stack(), part) for part in parts))
