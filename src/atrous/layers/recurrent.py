"""The plain recurrent layer and the gated recurrent unit."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State, clear
from atrous.layers.held import HELD, input_weights, run, state_weights
from atrous.window import Window, recurrent_cost


class RNN(Layer):
    """The plain recurrent layer: each output is tanh of the input and the last output, each times a matrix.

    Shapes: (batch, time, inputs) -> (batch, time, outputs). Sees: every step up to its own, though what lies far back
    fades: the gradient shrinks or grows with every step.
    Masked steps give zeros and leave the memory as it is.

    >>> RNN(3, 5)(torch.zeros(2, 7, 3)).shape
    torch.Size([2, 7, 5])

    Raises ValueError if inputs or outputs is below 1.
    Source: Elman 1990, Finding Structure in Time, https://doi.org/10.1207/s15516709cog1402_1
    """

    inputs: int
    outputs: int

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        if min(inputs, outputs) < 1:
            raise ValueError(f"RNN needs inputs and outputs >= 1, got inputs={inputs}, outputs={outputs}")
        self.inputs, self.outputs = inputs, outputs
        self.window = Window(left=math.inf)
        self.cost = recurrent_cost(inputs, outputs, gates=1, biases=1)
        self.weight_input = input_weights(1, inputs, outputs)
        self.weight_state = state_weights(1, outputs)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}"

    def start(self, batch: int) -> State:
        return self.zeros(batch, self.outputs)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        weight_state = self.weight_state

        def cell(memory: State, now: Tensor) -> tuple[State, Tensor]:
            y = torch.tanh(now + F.linear(memory, weight_state))
            return y, y

        y, state = run(cell, state, F.linear(clear(x, mask), self.weight_input, self.bias), mask)
        return y, mask, state

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time outputs"]:
        state = self.start(x.shape[0])
        if torch.compiler.is_exporting():
            real = torch.ones_like(x[..., 0], dtype=torch.bool) if mask is None else mask
            return self.step(x, real, state)[0]
        # Whole rows are padded on the right only, and what follows the last real step cannot reach back.
        weights = [self.weight_input, self.weight_state, self.bias, torch.zeros_like(self.bias)]
        read = clear(x, mask).contiguous()
        return clear(torch.rnn_tanh(read, state[None], weights, True, 1, 0.0, self.training, False, True)[0], mask)


class GRU(Layer):
    """One layer of gated recurrent units of one direction. Deep: several in a `Stack`.

    Shapes: (batch, time, inputs) -> (batch, time, outputs). Sees: every step up to its own.
    Masked steps give zeros and leave the memory as it is. The reset gate multiplies what the last output gave, as in
    cuDNN, and not the last output itself: one matrix product a step instead of two.

    >>> GRU(3, 5)(torch.zeros(2, 7, 3)).shape
    torch.Size([2, 7, 5])

    Raises ValueError if inputs or outputs is below 1.
    Source: Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder, section 2.3,
    https://arxiv.org/abs/1406.1078
    """

    inputs: int
    outputs: int

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        if min(inputs, outputs) < 1:
            raise ValueError(f"GRU needs inputs and outputs >= 1, got inputs={inputs}, outputs={outputs}")
        self.inputs, self.outputs = inputs, outputs
        self.window = Window(left=math.inf)
        self.cost = recurrent_cost(inputs, outputs, gates=3, biases=4)
        # Gates stand in torch's order: reset, update, new. Only the new one needs a bias of its own on the state.
        self.weight_input = input_weights(3, inputs, outputs)
        self.weight_state = state_weights(3, outputs)
        self.bias = nn.Parameter(torch.zeros(3 * outputs))
        self.bias_new = nn.Parameter(torch.zeros(outputs))

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}"

    def start(self, batch: int) -> State:
        return self.zeros(batch, self.outputs)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        x = clear(x, mask)
        if torch.compiler.is_exporting():
            y, state = self._defined(x, mask, state)
        else:
            # ~mask is one more input, which opens the update gate: the memory stays.
            nothing = self.zeros(self.outputs, 1)
            column = torch.cat([nothing, nothing + HELD, nothing])
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

    def _run(self, x: Tensor, weight_input: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Every step through torch's own kernel, which wants three biases on the state."""
        bias_state = torch.cat([self.zeros(2 * self.outputs), self.bias_new])
        weights = [weight_input, self.weight_state, self.bias, bias_state]
        memory = state[None].contiguous()
        y, memory = torch.gru(x.contiguous(), memory, weights, True, 1, 0.0, self.training, False, True)
        return y, memory[0]

    def _defined(self, x: Tensor, mask: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step at a time: torch's own kernel cannot be exported with a dynamic time."""
        weight_state, bias_new = self.weight_state, self.bias_new

        def cell(memory: State, now: Tensor) -> tuple[State, Tensor]:
            reset, update, new = now.chunk(3, -1)
            past_reset, past_update, past_new = F.linear(memory, weight_state).chunk(3, -1)
            made = torch.tanh(new + torch.sigmoid(reset + past_reset) * (past_new + bias_new))
            share = torch.sigmoid(update + past_update)
            y = (1 - share) * made + share * memory
            return y, y

        return run(cell, state, F.linear(x, self.weight_input, self.bias), mask)
