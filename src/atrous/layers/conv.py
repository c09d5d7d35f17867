"""Dilated, strided convolution: causal, centred, or anything between."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State, clear
from atrous.window import Window, conv_cost


class Conv(Layer):
    """A dilated convolution over time; causal unless `right` says otherwise.

    Shapes: (batch, time, inputs) -> (batch, ceil(time / stride), outputs).
    Sees: (kernel - 1) * dilation + 1 input steps, `right` of them after the first step of the output's own block.

    right: steps seen after step j * stride by output j. None: min(stride - 1, (kernel - 1) * dilation), the causal
        layer, whose outputs each close their own block of `stride` steps. `centred` computes the middle one.

    >>> Conv(2, 5, kernel=3, dilation=4)(torch.zeros(1, 10, 2)).shape
    torch.Size([1, 10, 5])
    >>> Conv(2, 5, kernel=3, dilation=4).window
    Window(left=8, right=0, stride=1)

    Raises ValueError if kernel, dilation, stride or a channel count is below 1, or right is not within the kernel.
    Source: van den Oord et al. 2016, WaveNet, section 2.1, https://arxiv.org/abs/1609.03499
    """

    inputs: int
    outputs: int

    def __init__(
        self, inputs: int, outputs: int, *, kernel: int, dilation: int = 1, stride: int = 1, right: int | None = None
    ) -> None:
        super().__init__()
        if min(kernel, dilation, stride, inputs, outputs) < 1:
            raise ValueError(
                "Conv needs inputs, outputs, kernel, dilation and stride >= 1, got "
                f"inputs={inputs}, outputs={outputs}, kernel={kernel}, dilation={dilation}, stride={stride}"
            )
        self.span = (kernel - 1) * dilation
        self.right = min(stride - 1, self.span) if right is None else right
        self.left = self.span - self.right
        if self.right < 0 or self.left < 0:
            raise ValueError(
                f"Conv needs 0 <= right <= (kernel - 1) * dilation = {self.span}, got right={right}: "
                "a window beside its own step would see nothing of it"
            )
        self.inputs, self.outputs = inputs, outputs
        self.kernel, self.dilation, self.stride = kernel, dilation, stride
        self.grain = stride
        self.delay = max(0, math.ceil((self.right - (stride - 1)) / stride))
        self.window = Window(self.left, self.right, stride)
        self.cost = conv_cost(inputs, outputs, kernel=kernel, stride=stride)
        self.weight = nn.Parameter(torch.empty(outputs, inputs, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")

    def extra_repr(self) -> str:
        sizes = f"{self.inputs}, {self.outputs}, kernel={self.kernel}"
        options = {"dilation": (self.dilation, 1), "stride": (self.stride, 1), "right": (self.right, 0)}
        return sizes + "".join(f", {name}={value}" for name, (value, usual) in options.items() if value != usual)

    def start(self, batch: int) -> State:
        late = self.delay * self.stride
        return self.zeros(batch, self.left + late, self.inputs), self.unset(batch, late)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        steps = x.shape[1]
        whole, bits = torch.cat([state[0], clear(x, mask)], 1), torch.cat([state[1], mask], 1)
        # Slice from the front: with nothing to keep, whole[:, -0:] would keep everything.
        return (
            self._convolve(whole[:, : steps - self.stride + 1 + self.span]),
            bits[:, : steps : self.stride],
            (whole[:, steps:], bits[:, steps:]),
        )

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch later outputs"]:
        # Rounded up to a whole number of strides, as a stream is: T steps give ceil(T / stride), alone or padded.
        ahead = self.span - self.left + (-x.shape[1]) % self.stride - (self.stride - 1)
        return self._convolve(F.pad(clear(x, mask), (0, 0, self.left, ahead)))

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        return mask[:, :: self.stride]

    def _convolve(self, padded: Tensor) -> Tensor:
        """The one kernel behind both readings: output j reads padded steps j * stride ... j * stride + span."""
        if self.kernel == 1:
            return F.linear(padded[:, :: self.stride], self.weight[:, :, 0], self.bias)
        # Text is an image of height 1: (batch, time, channels) is channels-last already, so nothing is transposed.
        image = padded.unsqueeze(1).permute(0, 3, 1, 2)
        y = F.conv2d(image, self.weight.unsqueeze(2), self.bias, stride=(1, self.stride), dilation=(1, self.dilation))
        return y.permute(0, 2, 3, 1).squeeze(1)


def centred(kernel: int, dilation: int = 1) -> int:
    """The `right` of a convolution centred on its own step; an even kernel leans to the past.

    >>> Conv(1, 1, kernel=5, dilation=2, right=centred(5, 2)).window
    Window(left=4, right=4, stride=1)
    """
    return (kernel - 1) * dilation // 2
