"""A layer as the parts that a short step needs, with its weights folded as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import _WeightNorm
from torch.nn.utils.parametrize import is_parametrized

from atrous.contract import Layer, State
from atrous.layers import (
    Carry,
    Channels,
    Conv,
    Dropout,
    Folding,
    Gate,
    LayerNorm,
    Parallel,
    Pointwise,
    Repeated,
    Residual,
    SpatialDropout,
    Stack,
)
from atrous.stepping.buffers import Buffers, Held
from atrous.stepping.parts import Again, Alone, Beside, Chain, Convolution, Part, Wait, of_layer

LEAST, MOST = 16, 64  # steps that there is room for behind what a part keeps
PRECISIONS = (torch.float32, torch.float64)  # a sum of rounded halves would differ from the convolution's


class Unplanned(Exception):
    """A layer that is not made of the parts known here alone."""


class Plan:
    """The parts of a layer.

    parts: what the buffers of a state keep. late: by how many steps the layer lags.

    Raises Unplanned for a layer with a part of another kind, rate or precision, or without any convolution.
    """

    def __init__(self, layer: Layer) -> None:
        if not isinstance(layer, Stack | Parallel | Residual | Repeated):
            raise Unplanned
        self.parts: tuple[Held, ...] = ()
        self._alone: list[nn.Module] = []
        self._objects: list[tuple[dict[str, Any], str, object]] = []
        self._weights: list[tuple[Tensor, int, int]] = []
        self.late = layer.delay
        # The folded weights serve whoever steps, whether in inference mode or not.
        with torch.inference_mode(False), torch.no_grad():
            self.root = self._part(layer, 0)
        precisions = {weight.dtype for weight, _, _ in self._weights}
        if len(precisions) != 1 or not precisions <= {*PRECISIONS}:
            raise Unplanned
        self.dtype: torch.dtype = precisions.pop()

    def holds(self) -> bool:
        """Whether the layer's weights are those that were folded."""
        for own, name, found in self._objects:
            if own.get(name) is not found:
                return False
        return all(weight._version == version and weight.data_ptr() == at for weight, version, at in self._weights)

    def evaluates(self) -> bool:
        """Whether nothing is dropped, and nobody has hung a hook onto what looks at each step alone."""
        return not any(part.training or part._forward_hooks or part._forward_pre_hooks for part in self._alone)

    def room(self, steps: int) -> int:
        """What buffers should have room for if so many steps come: about as much as they keep, so that they double."""
        kept = sum(part.steps for part in self.parts) // len(self.parts)
        return max(steps, min(max(LEAST, kept), MOST))

    def buffers(self, state: State, rows: int, steps: int) -> Buffers:
        """Buffers that begin with a state of the layer, and have room for so many steps at least."""
        buffers = Buffers(self.parts, self.late, rows, self.room(steps), self._weights[0][0].detach())
        self.root.read(state, buffers)
        return buffers

    def _part(self, layer: Layer, lag: int) -> Part:
        # Torch gives a layer with a weight norm a class of its own, which it makes out of the layer's.
        kind = type(layer).__base__ if is_parametrized(layer) else type(layer)
        if layer.grain != 1 or layer.window.stride != 1 or kind not in _MADE:
            raise Unplanned
        return _MADE[kind](self, layer, lag)

    def _place(self, steps: int, channels: int | None) -> int:
        """A place in the buffers."""
        if channels is None:
            raise Unplanned
        self.parts += (Held(steps, channels),)
        return len(self.parts) - 1

    def _wait(self, steps: int, channels: int | None, lag: int) -> Wait:
        return Wait(steps, self._place(steps, channels) if steps else -1, lag)

    def _convolution(self, conv: Conv, lag: int) -> Part:
        if conv.groups > 1 or conv.valid:
            raise Unplanned
        self._watch(conv)
        return Convolution(conv, self._place(conv.taps.span, conv.inputs), lag)

    def _watch(self, conv: Conv) -> None:
        """Remember where the weights come from, and how often they were written to."""
        own = conv._parameters
        self._objects += [(own, name, own.get(name)) for name in ("weight", "bias")]
        norms = conv._modules.get("parametrizations")
        self._objects.append((conv._modules, "parametrizations", norms))
        weights = [own.get("weight"), own.get("bias")]
        if norms is not None:
            (norm,) = norms.children()
            if [*map(type, norm.children())] != [_WeightNorm] or "weight" not in norms._modules:
                raise Unplanned
            self._objects += [(norm._parameters, name, weight) for name, weight in norm._parameters.items()]
            self._objects.append((norm._modules, "1", None))
            weights += norm._parameters.values()
        for weight in weights:
            if weight is not None:
                if weight.is_inference():  # torch does not count what is written to it
                    raise Unplanned
                self._weights.append((weight, weight._version, weight.data_ptr()))

    def _chain(self, stack: Stack, lag: int) -> Part:
        parts: list[Part] = []
        for layer in cast(Iterable[Layer], stack.parts):
            parts.append(self._part(layer, parts[-1].lag if parts else lag))
        return Chain(parts, lag)

    def _beside(self, parallel: Parallel, lag: int) -> Part:
        paths = []
        for layer, channels in zip(cast(Iterable[Layer], parallel.paths), parallel._outputs, strict=True):
            path = self._part(layer, lag)
            paths.append((path, self._wait(parallel.delay - layer.delay, channels, path.lag)))
        return Beside(paths, add=parallel.join == "add")

    def _again(self, repeated: Repeated, lag: int) -> Part:
        blocks: list[tuple[Part, Wait]] = []
        chain = repeated.join == "chain"
        for layer, wait in zip(repeated.applications, repeated._waits, strict=True):
            block = self._part(layer, blocks[-1][0].lag if blocks else lag)
            blocks.append((block, self._wait(0 if chain else wait, repeated.inputs, block.lag)))
        return Again(blocks, chain=chain)

    def _function(self, layer: Layer, lag: int) -> Part:
        self._alone.append(layer)
        if isinstance(layer, Dropout | SpatialDropout):
            return Alone(None, lag)
        return Alone(layer.function if isinstance(layer, Pointwise) else of_layer(layer), lag)


# By its exact type: what somebody made out of one of these may do something else.
_MADE: dict[type, Callable[[Plan, Any, int], Part]] = {
    Conv: Plan._convolution,
    Stack: Plan._chain,
    Parallel: Plan._beside,
    Residual: lambda plan, layer, lag: plan._part(layer.sum, lag),
    Repeated: Plan._again,
    **dict.fromkeys((Carry, Channels, Dropout, Folding, Gate, LayerNorm, Pointwise, SpatialDropout), Plan._function),
}
