"""Dilated, strided convolution: causal, centred, or anything between; grouped; unpadded; wide."""

from __future__ import annotations

from typing import TypeVar

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State, clear
from atrous.layers.compose import Stack
from atrous.layers.fused import placed
from atrous.layers.taps import Taps
from atrous.layers.ways import WAYS, by_taps, way_for
from atrous.window import Cost, conv_cost

M = TypeVar("M", bound=nn.Module)


class Conv(Layer):
    """A dilated convolution over time; causal unless `right` says otherwise.

    Shapes: (batch, time, inputs) -> (batch, ceil(time / stride), outputs).
    Sees: (kernel - 1) * dilation + 1 input steps, `right` of them after the first step of the output's own block.

    right: steps seen after step j * stride by output j. None: min(stride - 1, (kernel - 1) * dilation), the causal
        layer, whose outputs each close their own block of `stride` steps. `centred` computes the middle one.
    groups: into so many equal parts are the channels divided, each read by its own part of the outputs; as many as
        there are inputs: the depthwise convolution.
    valid: unpadded. Output j begins at step j * stride, and only outputs whose whole window lies within the row are
        real: a row of T steps has T - (kernel - 1) * dilation of them at stride 1, a shorter row has none.

    >>> Conv(2, 5, kernel=3, dilation=4)(torch.zeros(1, 10, 2)).shape
    torch.Size([1, 10, 5])
    >>> Conv(2, 5, kernel=3, dilation=4).window
    Window(left=8, right=0, stride=1)
    >>> Conv(4, 4, kernel=3, groups=4).cost.parameters
    16
    >>> Conv(2, 5, kernel=3, valid=True).after(torch.tensor([[True, True, True, True]]))
    tensor([[ True,  True, False, False]])

    Raises ValueError if kernel, dilation, stride, groups or a channel count is below 1, groups does not divide both
    channel counts, right is not within the kernel, or valid comes with a right.
    Source: van den Oord et al. 2016, WaveNet, section 2.1, https://arxiv.org/abs/1609.03499
    """

    inputs: int
    outputs: int

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        kernel: int,
        dilation: int = 1,
        stride: int = 1,
        right: int | None = None,
        groups: int = 1,
        valid: bool = False,
    ) -> None:
        super().__init__()
        if min(inputs, outputs, groups) < 1 or inputs % groups or outputs % groups:
            raise ValueError(
                "Conv needs inputs and outputs >= 1 and groups that divide both, got "
                f"inputs={inputs}, outputs={outputs}, groups={groups}"
            )
        if valid and right is not None:
            raise ValueError(
                f"Conv needs no right when it is valid, got right={right}: its windows begin at their step"
            )
        try:
            self.taps = Taps(kernel, dilation, stride, (kernel - 1) * dilation if valid else right)
        except ValueError as error:
            raise ValueError(f"Conv {error}") from None
        self.inputs, self.outputs = inputs, outputs
        self.kernel, self.dilation, self.stride = kernel, dilation, stride
        self.groups, self.valid = groups, valid
        self.grain, self.delay, self.window = stride, self.taps.delay, self.taps.window
        self.cost = conv_cost(inputs, outputs, kernel=kernel, stride=stride, groups=groups)
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")

    def extra_repr(self) -> str:
        sizes = f"{self.inputs}, {self.outputs}, kernel={self.kernel}"
        options = {
            "dilation": (self.dilation, 1),
            "stride": (self.stride, 1),
            "right": (self.taps.ahead, self.taps.ahead if self.valid else 0),
            "groups": (self.groups, 1),
            "valid": (self.valid, False),
        }
        return sizes + "".join(f", {name}={value}" for name, (value, usual) in options.items() if value != usual)

    def start(self, batch: int) -> State:
        return self.zeros(batch, self.taps.left + self.taps.late, self.inputs), self.unset(batch, self.taps.late)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        steps = x.shape[1]
        whole, bits = torch.cat([state[0], clear(x, mask)], 1), torch.cat([state[1], mask], 1)
        real = bits[:, : steps : self.stride]
        if self.valid:
            real = real & bits[:, self.taps.span : self.taps.reach(steps) : self.stride]
        # Slice from the front: with nothing to keep, whole[:, -0:] would keep everything.
        return self._convolve(whole[:, : self.taps.reach(steps)]), real, (whole[:, steps:], bits[:, steps:])

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch later outputs"]:
        left, beyond = self.taps.left, self.taps.beyond(x.shape[1])
        if torch.compiler.is_exporting():  # for a row of any length
            return self._convolve(placed(x, mask, left, beyond))
        taps = self.taps.touching(x.shape[1])
        left, beyond = left - taps.start * self.dilation, beyond - (self.kernel - taps.stop) * self.dilation
        return self._convolve(placed(x, mask, left, beyond), taps)

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        if self.valid:
            mask = F.pad(mask, (0, self.taps.span))[:, self.taps.span :]
        return mask[:, :: self.stride]

    def _convolve(self, padded: Tensor, taps: range | None = None) -> Tensor:
        """The one kernel behind both readings: output j reads padded steps j * stride ... j * stride + span.

        taps: those that read something, where others see zeros alone; the padded steps are then theirs.
        """
        weight = self.weight if taps is None or len(taps) == self.kernel else self.weight[:, :, taps.start : taps.stop]
        if weight.shape[2] == self.groups == 1:
            return F.linear(padded[:, :: self.stride], weight[:, :, 0], self.bias)
        shape = self.stride, self.dilation, self.groups
        return WAYS[way_for(padded, weight, *shape)](padded, weight, self.bias, *shape)


def laid_out(module: M) -> M:
    """The same module, the weight of every convolution in it laid out in memory as it is read; returns the module.

    It answers as before, single rows sooner: torch would copy the weight in every call. For models that atrous keeps
    itself: a weight that is not contiguous is refused by `Tensor.view`, by torch's L-BFGS and by safetensors.

    >>> laid_out(Conv(2, 4, kernel=3)).weight.stride()
    (6, 1, 2)
    """
    for part in module.modules():
        if isinstance(part, Conv) and "weight" in part._parameters:  # under weight norm it is made in every call
            part.weight.data = by_taps(part.weight.data)
    return module


class Extend(Layer):
    """Appends `steps` real steps of zeros to every row that has a step, so that the convolution after it is wide.

    Shapes: (batch, time, channels) -> (batch, time + steps, channels). Sees: its own step.

    >>> Extend(2).after(torch.tensor([[True, True, False], [False, False, False]])).int()
    tensor([[1, 1, 1, 1, 0],
            [0, 0, 0, 0, 0]], dtype=torch.int32)

    Raises ValueError if steps is below 0. `step` raises NotStreamable.
    """

    streams = False
    refusal = (
        "a wide convolution gives more steps than it reads, and a stream has no room for them; "
        "to stream, use a causal or a centred convolution"
    )

    def __init__(self, steps: int) -> None:
        super().__init__()
        if steps < 0:
            raise ValueError(f"Extend needs steps >= 0, got {steps}")
        self.steps = steps
        self.cost = Cost(steps=lambda time: time + steps)

    def extra_repr(self) -> str:
        return str(self.steps)

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch longer channels"]:
        return F.pad(clear(x, mask), (0, 0, 0, self.steps))

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch longer"]:
        first = mask[:, :1].expand(-1, self.steps)
        return torch.cat([first, mask], 1)


def wide(inputs: int, outputs: int, *, kernel: int, dilation: int = 1) -> Stack:
    """A wide convolution: one output for every step that the kernel touches, the row's edges included.

    Shapes: (batch, time, inputs) -> (batch, time + (kernel - 1) * dilation, outputs), and as many more for every row.
    Sees: (kernel - 1) * dilation steps back. Every weight reads every step, and no row is too short.

    >>> wide(2, 5, kernel=3)(torch.zeros(1, 4, 2)).shape
    torch.Size([1, 6, 5])

    Source: Kalchbrenner, Grefenstette, Blunsom 2014, section 2.2 (full convolution), https://arxiv.org/abs/1404.2188
    """
    return Stack(Extend((kernel - 1) * dilation), Conv(inputs, outputs, kernel=kernel, dilation=dilation))


def separable(inputs: int, outputs: int, *, kernel: int, dilation: int = 1, right: int | None = None) -> Stack:
    """A depthwise separable convolution: each channel over time by itself, then each step over its channels.

    Shapes: (batch, time, inputs) -> (batch, time, outputs). Sees: as a `Conv` of that kernel, dilation and right, for
    kernel * inputs + inputs * outputs weights instead of kernel * inputs * outputs.

    >>> separable(64, 64, kernel=7).cost.parameters, Conv(64, 64, kernel=7).cost.parameters
    (4672, 28736)

    Source: Howard et al. 2017, MobileNets, section 3.1, https://arxiv.org/abs/1704.04861
    """
    depthwise = Conv(inputs, inputs, kernel=kernel, dilation=dilation, right=right, groups=inputs)
    return Stack(depthwise, Conv(inputs, outputs, kernel=1))
