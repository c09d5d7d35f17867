"""A block of layers that is applied again and again with the same weights."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State
from atrous.layers.line import hold, line
from atrous.window import Cost, Window


class Repeated(Layer):
    """Blocks one after the other, all of them so many times; every time a block has the weights that it has.

    Shapes: (batch, time, channels) -> (batch, time, channels), or channels x applications where they are concatenated.
    Sees: the blocks' windows, composed as often as they are applied. Parameters count once, operations every time.
    While it streams every application has a state of its own.

    times: how often the blocks are applied. One block several times is the tied network, several blocks once the same
        network untied.
    join: "chain" gives what the last application gives, "concatenate" what every one gives, the first application's
        channels first.

    `iterates` gives what each application gives, so that a loss can be taken after every one.

    >>> from atrous.layers import Conv
    >>> block = Conv(4, 4, kernel=3, dilation=2, right=2)
    >>> repeated = Repeated(block, times=3)
    >>> repeated.window, repeated.cost.parameters, block.cost.parameters
    (Window(left=6, right=6, stride=1), 52, 52)
    >>> [y.shape for y in repeated.iterates(torch.zeros(1, 9, 4))]
    [torch.Size([1, 9, 4]), torch.Size([1, 9, 4]), torch.Size([1, 9, 4])]

    Raises ValueError if there is no block, or one comes twice, times is below 1, or a block changes the rate or the
    channels.
    Source: Strubell, Verga, Belanger, McCallum 2017, section 4.1, https://arxiv.org/abs/1702.02098
    """

    def __init__(self, *blocks: Layer, times: int = 1, join: Literal["chain", "concatenate"] = "chain") -> None:
        super().__init__()
        if not blocks or times < 1:
            raise ValueError(f"Repeated needs a block and times >= 1, got {len(blocks)} blocks and times={times}")
        if len({*map(id, blocks)}) < len(blocks):
            raise ValueError("Repeated needs each block once, got one several times; say how often with times")
        known = {channels for block in blocks for channels in (block.inputs, block.outputs)} - {None}
        for block in blocks:
            if block.window.stride != 1 or len(known) > 1:
                raise ValueError(
                    "Repeated needs blocks that keep rate and channels, got "
                    f"{block.inputs} -> {block.outputs} channels, stride {block.window.stride}: {block}"
                )
        self.blocks, self.times, self.join = nn.ModuleList(blocks), times, join
        self.inputs = next(iter(known), None)
        self.outputs = self.inputs
        if join == "concatenate":
            if self.inputs is None:
                raise ValueError("Repeated needs a block that says its channels, to concatenate what it gives")
            self.outputs = self.inputs * len(blocks) * times
        late = 0
        self._lines: list[int] = []  # before each application: what fills the delay so far up to the block's grain
        lags = []
        window, cost = Window(), Cost()
        for block in self.applications:
            self._lines.append(-late % block.grain)
            late += self._lines[-1] + block.delay
            lags.append(late)
            window, cost = window.then(block.window), cost.then(block.cost)
        self.window, self.delay = window, late
        self.cost: Cost = Cost(sum(block.cost.parameters for block in blocks), cost.flops, cost.steps)
        self.grain = math.lcm(*(block.grain for block in blocks))
        self.streams = all(block.streams for block in blocks)
        self._waits = [late - lag for lag in lags]  # of each application, for the last

    @property
    def applications(self) -> list[Layer]:
        """The blocks in the order in which they are applied, each as often as it is."""
        return list(cast(Iterable[Layer], self.blocks)) * self.times

    def extra_repr(self) -> str:
        return f"times={self.times}" + ("" if self.join == "chain" else f", join={self.join!r}")

    def start(self, batch: int) -> State:
        waits = self._waits if self.join == "concatenate" else [0] * len(self._waits)
        return tuple(
            (line(self, batch, held, self.inputs), block.start(batch), line(self, batch, wait, self.inputs))
            for block, held, wait in zip(self.applications, self._lines, waits, strict=True)
        )

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        found, later = [], []
        for block, (held, inner, wait) in zip(self.applications, state, strict=True):
            x, mask, held = hold(held, x, mask)
            x, mask, inner = block.step(x, mask, inner)
            y, _, wait = hold(wait, x, mask)
            found.append(y)
            later.append((held, inner, wait))
        return self._joined(found), mask, tuple(later)

    def forward(self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None) -> Tensor:
        return self._joined(self._applied(x, mask))

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        for block in self.applications:
            mask = block.after(mask)
        return mask

    def iterates(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> tuple[Tensor, ...]:
        found = self._applied(x, mask)
        return tuple(found) if self.join == "chain" else (self._joined(found),)

    def _applied(self, x: Tensor, mask: Tensor | None) -> list[Tensor]:
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        found = []
        for block in self.applications:
            x, mask = block(x, mask), block.after(mask)
            found.append(x)
        return found

    def _joined(self, found: list[Tensor]) -> Tensor:
        return found[-1] if self.join == "chain" else torch.cat(found, -1)
