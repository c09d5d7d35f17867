"""What recurrent layers share: fresh weights, and the definition, one step after the other, held where not real."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch._higher_order_ops import scan  # torch 2.13 has no public name for it

from atrous.contract import State

HELD = 1e3  # a gate's input at a masked step: its sigmoid is exactly 0 or 1 in every float type

Cell = Callable[[State, Tensor], tuple[State, Tensor]]


def input_weights(gates: int, inputs: int, units: int) -> nn.Parameter:
    """The fresh weights with which so many gates read the input: (gates * units, inputs), Glorot's uniform."""
    weight = nn.Parameter(torch.empty(gates * units, inputs))
    nn.init.xavier_uniform_(weight)
    return weight


def state_weights(gates: int, units: int) -> nn.Parameter:
    """The fresh weights with which so many gates read the last output: (gates * units, units), each orthogonal."""
    weight = nn.Parameter(torch.empty(gates * units, units))
    for gate in weight.detach().chunk(gates):
        nn.init.orthogonal_(gate)
    return weight


def run(cell: Cell, state: State, x: Tensor, mask: Tensor) -> tuple[Tensor, State]:
    """The outputs of a cell, zero where masked, and its memory after the last real step.

    cell: (memory, one step of x) -> (memory, output), the memory a tensor or a tuple of tensors.
    x: (batch, time, channels), what the cell reads; mask: (batch, time).

    While exporting, torch's `scan` runs the cell, since torch's own recurrent kernels cannot be exported with a
    dynamic time; else a plain loop does.

    >>> add = lambda memory, now: (memory + now, memory + now)
    >>> run(add, torch.zeros(1, 1), torch.ones(1, 3, 1), torch.tensor([[True, False, True]]))
    (tensor([[[1.],
         [0.],
         [2.]]]), tensor([[2.]]))
    """

    def step(memory: State, now: tuple[Tensor, Tensor]) -> tuple[State, Tensor]:
        inputs, real = now
        later, y = cell(memory, inputs)
        return _chosen(real, later, memory), torch.where(real, y, torch.zeros_like(y))

    steps, real = x.transpose(0, 1), mask.transpose(0, 1)[..., None]
    if torch.compiler.is_exporting():
        state, outputs = scan(step, state, (steps, real))
        return outputs.transpose(0, 1), state
    found = []
    for now in zip(steps, real, strict=True):
        state, y = step(state, now)
        found.append(y)
    return torch.stack(found, 1), state


def _chosen(real: Tensor, later: State, memory: State) -> State:
    if isinstance(memory, Tensor):
        return torch.where(real, later, memory)
    return tuple(torch.where(real, new, old) for new, old in zip(later, memory, strict=True))
