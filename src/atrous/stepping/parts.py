"""What the parts of a layer do with a chunk, its steps lying one after the other and the rows of a step together."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor

from atrous.contract import Layer, State
from atrous.layers import Conv
from atrous.stepping.buffers import Buffers


class Chunk(NamedTuple):
    """Where a chunk of so many steps is written, and which of them are real.

    alike: up to which lag every step of every row is real; below 0: at none.
    """

    buffers: Buffers
    at: int
    steps: int
    alike: int

    def real(self, lag: int) -> Tensor | None:
        """(steps * rows, 1): which steps are real where the mask lags by so much; None if all are."""
        if lag <= self.alike:
            return None
        buffers = self.buffers
        start = (self.at + buffers.late - lag) * buffers.rows
        return buffers.bits[start : start + self.steps * buffers.rows, None]


class Part:
    """One part of a layer. lag: by how many steps what it gives lags behind what the whole layer reads."""

    lag: int

    def run(self, x: Tensor, chunk: Chunk) -> Tensor:
        """(steps * rows, inputs) -> (steps * rows, outputs)."""
        raise NotImplementedError

    def state(self, buffers: Buffers, at: int) -> State:
        """The part's state, as its layer has it, at this place."""
        return ()

    def read(self, state: State, buffers: Buffers) -> None:
        """Write the part's state to the beginning of the buffers."""


class Convolution(Part):
    """A causal or centred convolution as one product: its taps beside each other, times all of its weights."""

    def __init__(self, conv: Conv, place: int, lag: int) -> None:
        self.place, self.before, self.lag = place, lag, lag + conv.delay
        self.kernel, self.dilation, self.span, self.inputs = conv.kernel, conv.dilation, conv.taps.span, conv.inputs
        self.weight = conv.weight.detach().permute(2, 1, 0).reshape(conv.kernel * conv.inputs, conv.outputs)
        self.bias = conv.bias.detach()

    def run(self, x: Tensor, chunk: Chunk) -> Tensor:
        real = chunk.real(self.before)
        if real is not None:
            x = torch.where(real, x, x.new_zeros(()))
        if self.kernel > 1:
            buffer, rows = chunk.buffers.steps[self.place], chunk.buffers.rows
            count, row = chunk.steps * rows, rows * self.inputs
            buffer.narrow(0, (chunk.at + self.span) * rows, count).copy_(x)
            size, stride = (count, self.kernel, self.inputs), (self.inputs, self.dilation * row, 1)
            x = buffer.as_strided(size, stride, chunk.at * row).reshape(count, self.kernel * self.inputs)
        return torch.addmm(self.bias, x, self.weight)

    def state(self, buffers: Buffers, at: int) -> State:
        return buffers.history(self.place, at), buffers.real(at + buffers.late - self.lag, self.lag - self.before)

    def read(self, state: State, buffers: Buffers) -> None:
        buffers.history(self.place, 0).copy_(state[0])
        buffers.real(buffers.late - self.lag, self.lag - self.before).copy_(state[1])


class Wait(Part):
    """A line of so many steps, so that what lags by less comes together with what lags by more."""

    def __init__(self, steps: int, place: int, lag: int) -> None:
        self.steps, self.place, self.before, self.lag = steps, place, lag, lag + steps

    def run(self, x: Tensor, chunk: Chunk) -> Tensor:
        if not self.steps:
            return x
        buffer, rows = chunk.buffers.steps[self.place], chunk.buffers.rows
        count = chunk.steps * rows
        buffer.narrow(0, (chunk.at + self.steps) * rows, count).copy_(x)
        return buffer.narrow(0, chunk.at * rows, count)

    def state(self, buffers: Buffers, at: int) -> State:
        if not self.steps:
            return ()
        return buffers.history(self.place, at), buffers.real(at + buffers.late - self.lag, self.steps)

    def read(self, state: State, buffers: Buffers) -> None:
        if self.steps:
            buffers.history(self.place, 0).copy_(state[0])
            buffers.real(buffers.late - self.lag, self.steps).copy_(state[1])


class Alone(Part):
    """A function of every step by itself; None for one that changes nothing at evaluation."""

    def __init__(self, function: Callable[[Tensor], Tensor] | None, lag: int) -> None:
        self.function, self.lag = function, lag

    def run(self, x: Tensor, chunk: Chunk) -> Tensor:
        return x if self.function is None else self.function(x)


def of_layer(layer: Layer) -> Callable[[Tensor], Tensor]:
    """A layer that mixes no steps as a function of steps that have no other axis."""
    return lambda x: layer(x[None])[0]


class Chain(Part):
    """Parts one after the other. A part's state stands beside that of the line before it, which is empty."""

    def __init__(self, parts: list[Part], lag: int) -> None:
        self.parts, self.lag = parts, parts[-1].lag if parts else lag
        self._working = [part for part in parts if not (isinstance(part, Alone) and part.function is None)]

    def run(self, x: Tensor, chunk: Chunk) -> Tensor:
        for part in self._working:
            x = part.run(x, chunk)
        return x

    def state(self, buffers: Buffers, at: int) -> State:
        return tuple(((), part.state(buffers, at)) for part in self.parts)

    def read(self, state: State, buffers: Buffers) -> None:
        for part, (_, inner) in zip(self.parts, state, strict=True):
            part.read(inner, buffers)


class Beside(Part):
    """Paths that read the same; what they give, each after its line, is added, or stands side by side."""

    def __init__(self, paths: list[tuple[Part, Wait]], *, add: bool) -> None:
        self.paths, self.add, self.lag = paths, add, paths[0][1].lag

    def run(self, x: Tensor, chunk: Chunk) -> Tensor:
        found = [wait.run(path.run(x, chunk), chunk) for path, wait in self.paths]
        return reduce(torch.add, found) if self.add else torch.cat(found, 1)

    def state(self, buffers: Buffers, at: int) -> State:
        return tuple((wait.state(buffers, at), path.state(buffers, at)) for path, wait in self.paths)

    def read(self, state: State, buffers: Buffers) -> None:
        for (path, wait), (waiting, inner) in zip(self.paths, state, strict=True):
            path.read(inner, buffers)
            wait.read(waiting, buffers)


class Again(Part):
    """Blocks that are applied one after the other; what each gives, after its line, is the end of it or one of many."""

    def __init__(self, blocks: list[tuple[Part, Wait]], *, chain: bool) -> None:
        self.blocks, self.chain = blocks, chain
        self.lag = blocks[-1][1].lag

    def run(self, x: Tensor, chunk: Chunk) -> Tensor:
        found = []
        for block, wait in self.blocks:
            x = block.run(x, chunk)
            if not self.chain:
                found.append(wait.run(x, chunk))
        return x if self.chain else torch.cat(found, 1)

    def state(self, buffers: Buffers, at: int) -> State:
        return tuple(((), block.state(buffers, at), wait.state(buffers, at)) for block, wait in self.blocks)

    def read(self, state: State, buffers: Buffers) -> None:
        for (block, wait), (_, inner, waiting) in zip(self.blocks, state, strict=True):
            block.read(inner, buffers)
            wait.read(waiting, buffers)
