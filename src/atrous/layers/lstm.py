"""Long short-term memory, and its multiplicative form."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State, clear
from atrous.layers.held import HELD, input_weights, run, state_weights
from atrous.window import Window, recurrent_cost


class LSTM(Layer):
    """One long short-term memory layer of one direction. Deep: several in a `Stack`.

    Shapes: (batch, time, inputs) -> (batch, time, outputs). Sees: every step up to its own.
    Masked steps give zeros and leave the memory as it is.

    >>> LSTM(3, 5)(torch.zeros(2, 7, 3)).shape
    torch.Size([2, 7, 5])

    Raises ValueError if inputs or outputs is below 1.
    Source: Hochreiter, Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735, with the forget gate of Gers
    et al. 2000; the forget gate starts at bias 1 (Jozefowicz et al. 2015, section 2.1).
    """

    inputs: int
    outputs: int

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        if min(inputs, outputs) < 1:
            raise ValueError(f"LSTM needs inputs and outputs >= 1, got inputs={inputs}, outputs={outputs}")
        self.inputs, self.outputs = inputs, outputs
        self.window = Window(left=math.inf)
        self.cost = recurrent_cost(inputs, outputs, gates=4, biases=4)
        # Gates stand in torch's order: input, forget, cell, output.
        self.weight_input = input_weights(4, inputs, outputs)
        self.weight_state = state_weights(4, outputs)
        self.bias = nn.Parameter(torch.zeros(4 * outputs))
        nn.init.ones_(self.bias.detach()[outputs : 2 * outputs])

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}"

    def start(self, batch: int) -> State:
        return self.zeros(batch, self.outputs), self.zeros(batch, self.outputs)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        x = clear(x, mask)
        if torch.compiler.is_exporting():
            y, state = self._defined(x, mask, state)
        else:
            # ~mask is one more input, which shuts the input and output gates and opens the forget gate.
            shut = self.zeros(self.outputs, 1) - HELD
            column = torch.cat([shut, -shut, self.zeros(self.outputs, 1), shut])
            whole = torch.cat([x, (~mask)[..., None].to(x.dtype)], 2)
            y, state = self._run(whole, torch.cat([self.weight_input, column], 1), state)
        return clear(y, mask), mask, state

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time outputs"]:
        x, state = clear(x, mask), self.start(x.shape[0])
        if torch.compiler.is_exporting():
            real = torch.ones_like(x[..., 0], dtype=torch.bool) if mask is None else mask
            return self._defined(x, real, state)[0]
        # Whole rows are padded on the right only, and what follows the last real step cannot reach back.
        return clear(self._run(x, self.weight_input, state)[0], mask)

    def _run(self, x: Tensor, weight_input: Tensor, state: State) -> tuple[Tensor, State]:
        """Every step through torch's own kernel, which wants two biases."""
        weights = [weight_input, self.weight_state, self.bias, torch.zeros_like(self.bias)]
        memory = [part[None].contiguous() for part in state]
        y, hidden, cell = torch.lstm(x.contiguous(), memory, weights, True, 1, 0.0, self.training, False, True)
        return y, (hidden[0], cell[0])

    def _defined(self, x: Tensor, mask: Tensor, state: State) -> tuple[Tensor, State]:
        """One step at a time: torch's own kernel cannot be exported with a dynamic time."""
        weight_state = self.weight_state

        def cell(memory: State, now: Tensor) -> tuple[State, Tensor]:
            return _cell(now + F.linear(memory[0], weight_state), memory[1])

        return run(cell, state, F.linear(x, self.weight_input, self.bias), mask)


class MultiplicativeLSTM(Layer):
    """An LSTM whose last output, multiplied by the input, is what its gates read: each input its own transition.

    Shapes: (batch, time, inputs) -> (batch, time, outputs). Sees: every step up to its own.
    Masked steps give zeros and leave the memory as it is. There is no kernel for it: it runs a step at a time.

    >>> MultiplicativeLSTM(3, 5)(torch.zeros(2, 7, 3)).shape
    torch.Size([2, 7, 5])

    Raises ValueError if inputs or outputs is below 1.
    Source: Krause, Murray, Renals, Lu 2017, Multiplicative LSTM for sequence modelling, section 3,
    https://arxiv.org/abs/1609.07959; the forget gate starts at bias 1.
    """

    inputs: int
    outputs: int

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        if min(inputs, outputs) < 1:
            raise ValueError(f"MultiplicativeLSTM needs inputs and outputs >= 1, got {inputs} and {outputs}")
        self.inputs, self.outputs = inputs, outputs
        self.window = Window(left=math.inf)
        self.cost = recurrent_cost(inputs, outputs, gates=5, biases=4)
        # Rows: input, forget, cell and output gate as in LSTM, then what is multiplied.
        self.weight_input = input_weights(5, inputs, outputs)
        self.weight_state = state_weights(1, outputs)
        self.weight_product = state_weights(4, outputs)
        self.bias = nn.Parameter(torch.zeros(4 * outputs))
        nn.init.ones_(self.bias.detach()[outputs : 2 * outputs])

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}"

    def start(self, batch: int) -> State:
        return self.zeros(batch, self.outputs), self.zeros(batch, self.outputs)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        weight_state, weight_product, bias = self.weight_state, self.weight_product, self.bias

        def cell(memory: State, now: Tensor) -> tuple[State, Tensor]:
            gates, factor = now.tensor_split([weight_product.shape[0]], -1)
            product = factor * F.linear(memory[0], weight_state)
            return _cell(gates + F.linear(product, weight_product, bias), memory[1])

        y, state = run(cell, state, F.linear(clear(x, mask), self.weight_input), mask)
        return y, mask, state

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time outputs"]:
        real = torch.ones_like(x[..., 0], dtype=torch.bool) if mask is None else mask
        return self.step(x, real, self.start(x.shape[0]))[0]


def _cell(gates: Tensor, memory: Tensor) -> tuple[State, Tensor]:
    """The LSTM's own arithmetic: ((output, memory), output)."""
    entry, forget, update, exit_ = gates.chunk(4, -1)
    later = torch.sigmoid(forget) * memory + torch.sigmoid(entry) * torch.tanh(update)
    y = torch.sigmoid(exit_) * torch.tanh(later)
    return (y, later), y
