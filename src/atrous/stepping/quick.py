"""One step of a layer by its plan, where it has one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer, State
from atrous.stepping.buffers import Buffers
from atrous.stepping.parts import Chunk
from atrous.stepping.plan import MOST, PRECISIONS, Plan, Unplanned

_PLANS: WeakKeyDictionary[Layer, Plan | None] = WeakKeyDictionary()


class Running:
    """A state that lies in buffers. To all who look at it, it is the tuple that the layer's own `step` would give."""

    __slots__ = ("at", "buffers", "plan", "real")

    def __init__(self, plan: Plan, buffers: Buffers, at: int, real: int) -> None:
        self.plan, self.buffers, self.at = plan, buffers, at
        self.real = real  # so many steps, up to the last one, are known to be real in all rows

    def written(self) -> tuple[State, ...]:
        """The tuple."""
        state: tuple[State, ...] = self.plan.root.state(self.buffers, self.at)
        return state

    def __iter__(self) -> Iterator[State]:
        return iter(self.written())

    def __len__(self) -> int:
        return len(self.written())

    def __getitem__(self, place: Any) -> State:
        return self.written()[place]

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self.written(),)


def step(
    layer: Layer, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
) -> tuple[Tensor, Tensor, State]:
    """What `layer.step(x, mask, state)` gives, to rounding, and several times sooner for a chunk of a few steps.

    A layer of convolutions keeps its past steps in buffers with room behind them, its weights folded, and does no more
    than a product a convolution. The weights are folded again when one was changed. Old states stay what they were, and
    any of them can be gone on with, as often as one likes.

    The layer's own `step` is what happens with a gradient, while training or exporting, for a chunk of more than
    64 steps, in half precision, and for a layer of which a part is no convolution over every step, causal or centred,
    and none that looks at each step alone. It takes these states too.

    >>> from atrous.encode import tcn
    >>> encoder, x, mask = tcn(2, channels=4, depth=2).eval(), torch.randn(1, 5, 2), torch.ones(1, 5, dtype=torch.bool)
    >>> state, found = encoder.start(1), []
    >>> with torch.no_grad():
    ...     for t in range(5):
    ...         y, _, state = step(encoder, x[:, t : t + 1], mask[:, t : t + 1], state)
    ...         found.append(y)
    ...     torch.testing.assert_close(torch.cat(found, 1), encoder(x))

    Raises NotStreamable if the layer must see its whole row.
    """
    rows, steps = x.shape[0], x.shape[1]
    plan = _plan(layer, x) if 0 < steps <= MOST and rows else None
    if plan is None:
        return layer.step(x, mask, state.written() if isinstance(state, Running) else state)
    if not isinstance(state, Running) or state.plan is not plan:
        buffers, at = plan.buffers(state, rows, steps), 0
        real = plan.late if plan.late and bool(buffers.real(0, plan.late).all()) else 0
    else:
        buffers, at, real = state.buffers, state.at, state.real
    if not buffers.claim(at, steps):
        buffers, at = buffers.copied(at, plan.room(steps)), 0
        buffers.claim(at, steps)
    whole = bool(mask.all())
    real = real + steps if whole else 0
    if plan.late or not whole:
        buffers.real(at + plan.late, steps).copy_(mask)
    chunk = Chunk(buffers, at, steps, real - steps)
    y = plan.root.run(x.transpose(0, 1).reshape(steps * rows, x.shape[2]), chunk)
    if plan.late > chunk.alike:
        mask = buffers.real(at, steps)
    y = y.view(steps, rows, y.shape[1]).transpose(0, 1)
    return y, mask, Running(plan, buffers, at + steps, real)


def _plan(layer: Layer, x: Tensor) -> Plan | None:
    """The layer's plan, if it can be used here and now."""
    if torch.is_grad_enabled() or torch.compiler.is_compiling():
        return None
    if layer.training or not layer.streams or x.dtype not in PRECISIONS or torch.is_autocast_enabled(x.device.type):
        return None
    plan = _PLANS.get(layer)
    if plan is None and layer in _PLANS:
        return None
    if plan is None or not plan.holds():
        try:
            plan = Plan(layer)
        except Unplanned:
            plan = None
        _PLANS[layer] = plan
    return plan if plan is not None and plan.evaluates() and x.dtype == plan.dtype else None
