"""Recurrence: the LSTM, and the same thing read from the end."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch._higher_order_ops import scan  # torch 2.13 has no public name for it

from atrous.contract import Layer, State, clear
from atrous.errors import NotStreamable
from atrous.window import Window, lstm_cost

_HELD = 1e3  # a gate's input at a masked step: its sigmoid is exactly 0 or 1 in every float type


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
        self.cost = lstm_cost(inputs, outputs)
        # Gates stand in torch's order: input, forget, cell, output.
        self.weight_input = nn.Parameter(torch.empty(4 * outputs, inputs))
        self.weight_state = nn.Parameter(torch.empty(4 * outputs, outputs))
        self.bias = nn.Parameter(torch.zeros(4 * outputs))
        nn.init.xavier_uniform_(self.weight_input)
        for gate in self.weight_state.detach().chunk(4):
            nn.init.orthogonal_(gate)
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
            y, state = self._scan(x, mask, state)
        else:
            # ~mask is one more input, which shuts the input and output gates and opens the forget gate.
            shut = self.zeros(self.outputs, 1) - _HELD
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
            return self._scan(x, real, state)[0]
        # Whole rows are padded on the right only, and what follows the last real step cannot reach back.
        return clear(self._run(x, self.weight_input, state)[0], mask)

    def _run(self, x: Tensor, weight_input: Tensor, state: State) -> tuple[Tensor, State]:
        """Every step through torch's own kernel, which wants two biases."""
        weights = [weight_input, self.weight_state, self.bias, torch.zeros_like(self.bias)]
        memory = [part[None].contiguous() for part in state]
        y, hidden, cell = torch.lstm(x.contiguous(), memory, weights, True, 1, 0.0, self.training, False, True)
        return y, (hidden[0], cell[0])

    def _scan(self, x: Tensor, mask: Tensor, state: State) -> tuple[Tensor, State]:
        """The definition, one step at a time: torch's own kernel cannot be exported with a dynamic time."""
        gates = F.linear(x, self.weight_input, self.bias).transpose(0, 1)
        weight_state = self.weight_state

        def cell(memory: tuple[Tensor, Tensor], now: tuple[Tensor, Tensor]) -> tuple[tuple[Tensor, Tensor], Tensor]:
            hidden, cell = memory
            entry, forget, update, exit_ = (now[0] + F.linear(hidden, weight_state)).chunk(4, -1)
            later = torch.sigmoid(forget) * cell + torch.sigmoid(entry) * torch.tanh(update)
            y = torch.sigmoid(exit_) * torch.tanh(later)
            kept = torch.where(now[1], y, hidden), torch.where(now[1], later, cell)
            return kept, torch.where(now[1], y, torch.zeros_like(y))

        state, y = scan(cell, state, (gates, mask.transpose(0, 1)[..., None]))
        return y.transpose(0, 1), state


class Backward(Layer):
    """A layer read from each row's last real step to its first. With the layer itself in a `Parallel`: both ways.

    Shapes: those of the layer. Sees: what the layer sees, past and future exchanged.

    >>> from atrous.layers import Parallel
    >>> Parallel(LSTM(3, 5), Backward(LSTM(3, 5)))(torch.zeros(2, 7, 3)).shape
    torch.Size([2, 7, 10])

    Raises ValueError if the layer changes the rate. `step` raises NotStreamable.
    Source: Schuster, Paliwal 1997, Bidirectional Recurrent Neural Networks, https://doi.org/10.1109/78.650093
    """

    streams = False

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        if layer.window.stride != 1:
            raise ValueError(
                f"Backward needs a layer that keeps the rate, got {layer} with stride {layer.window.stride}"
            )
        self.layer = layer
        self.inputs, self.outputs, self.cost = layer.inputs, layer.outputs, layer.cost
        self.window = Window(left=layer.window.right, right=layer.window.left)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        raise NotStreamable(
            "a layer read backwards needs the end of its row before its first answer; "
            "to stream, use the one-directional form, or a centred convolution, which answers a few steps late"
        )

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time outputs"]:
        if mask is None:
            return self.layer(x.flip(1)).flip(1)
        here = torch.arange(x.shape[1], device=x.device)[None, :]
        mirror = torch.where(mask, mask.sum(1, keepdim=True) - 1 - here, here)[..., None]
        y = self.layer(x.gather(1, mirror.expand(-1, -1, x.shape[2])), mask)
        return y.gather(1, mirror.expand(-1, -1, y.shape[2]))
