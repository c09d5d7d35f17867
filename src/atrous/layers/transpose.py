"""What raises the rate: transposed convolution, and interpolation."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from atrous.contract import Layer, State, clear
from atrous.window import Cost, Window, transposed_cost


class ConvTranspose(Layer):
    """A transposed ("fractionally strided") convolution: each step becomes `stride` steps. It never looks ahead.

    Shapes: (batch, time, inputs) -> (batch, time * stride, outputs).
    Sees: output t reads the inputs from (t - kernel + 1) / stride to t / stride.

    Where stride does not divide kernel, some outputs read more inputs than others, which shows as a checkerboard.

    >>> ConvTranspose(2, 5, kernel=4, stride=2)(torch.zeros(1, 10, 2)).shape
    torch.Size([1, 20, 5])
    >>> ConvTranspose(2, 5, kernel=4, stride=2).window
    Window(left=3/2, right=0, stride=1/2)

    Raises ValueError if stride or a channel count is below 1, or kernel below stride: some outputs would read nothing.
    Source: Dumoulin, Visin 2016, A guide to convolution arithmetic, section 4, https://arxiv.org/abs/1603.07285;
    the checkerboard: Odena et al. 2016, https://distill.pub/2016/deconv-checkerboard
    """

    inputs: int
    outputs: int

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int) -> None:
        super().__init__()
        if min(inputs, outputs, stride) < 1 or kernel < stride:
            raise ValueError(
                "ConvTranspose needs inputs, outputs and stride >= 1 and kernel >= stride, got "
                f"inputs={inputs}, outputs={outputs}, kernel={kernel}, stride={stride}"
            )
        self.inputs, self.outputs, self.kernel, self.stride = inputs, outputs, kernel, stride
        self.past = -(-kernel // stride) - 1
        self.window = Window(left=Fraction(kernel - 1, stride), stride=Fraction(1, stride))
        self.cost = transposed_cost(inputs, outputs, kernel=kernel, stride=stride)
        self.weight = nn.Parameter(torch.empty(inputs, outputs, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.normal_(self.weight, std=(2 * stride / (inputs * kernel)) ** 0.5)  # each output reads kernel / stride

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}, kernel={self.kernel}, stride={self.stride}"

    def start(self, batch: int) -> State:
        return self.zeros(batch, self.past, self.inputs)

    def step(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        steps = x.shape[1]
        whole = torch.cat([state, clear(x, mask)], 1)
        y = self._spread(whole)[:, self.past * self.stride : (self.past + steps) * self.stride]
        return y, self.after(mask), whole[:, steps:]

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch longer outputs"]:
        return self._spread(clear(x, mask))[:, : x.shape[1] * self.stride]

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch longer"]:
        return _repeated(mask, self.stride)

    def _spread(self, x: Tensor) -> Tensor:
        """Every input step times the kernel, added where they overlap: (time - 1) * stride + kernel steps."""
        image = x.unsqueeze(1).permute(0, 3, 1, 2)
        y = F.conv_transpose2d(image, self.weight.unsqueeze(2), self.bias, stride=(1, self.stride))
        return y.permute(0, 2, 3, 1).squeeze(1)


class Interpolate(Layer):
    """Raises the rate without parameters: each step `stride` times, or on a line from the step before to it.

    Shapes: (batch, time, channels) -> (batch, time * stride, channels).
    Sees: its own step, and when linear the step before. A line ends at its step, so that nothing sees ahead; the first
    line begins at zero.

    >>> Interpolate(1, stride=2, mode="linear")(torch.tensor([[[2.0], [4.0]]]))[0, :, 0]
    tensor([1., 2., 3., 4.])

    Raises ValueError if channels or stride is below 1, or the mode is neither "repeat" nor "linear".
    Source: Odena et al. 2016, Deconvolution and Checkerboard Artifacts, https://distill.pub/2016/deconv-checkerboard
    """

    inputs: int
    outputs: int

    def __init__(self, channels: int, *, stride: int, mode: Literal["repeat", "linear"] = "repeat") -> None:
        super().__init__()
        if min(channels, stride) < 1 or mode not in ("repeat", "linear"):
            raise ValueError(
                "Interpolate needs channels and stride >= 1 and mode repeat or linear, got "
                f"channels={channels}, stride={stride}, mode={mode!r}"
            )
        self.inputs = self.outputs = channels
        self.stride, self.mode = stride, mode
        reach = stride - 1 if mode == "repeat" else 2 * stride - 2
        self.window = Window(left=Fraction(reach, stride), stride=Fraction(1, stride))
        self.cost = Cost(steps=lambda time: time * stride)

    def extra_repr(self) -> str:
        return f"{self.inputs}, stride={self.stride}, mode={self.mode!r}"

    def start(self, batch: int) -> State:
        return () if self.mode == "repeat" else self.zeros(batch, 1, self.inputs)

    def step(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        x = clear(x, mask)
        return self._between(x, state), self.after(mask), () if self.mode == "repeat" else x[:, -1:]

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch longer channels"]:
        x = clear(x, mask)
        return self._between(x, self.start(x.shape[0]))

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch longer"]:
        return _repeated(mask, self.stride)

    def _between(self, x: Tensor, before: State) -> Tensor:
        if self.mode == "repeat":
            return _repeated(x, self.stride)
        earlier = torch.cat([before, x], 1)[:, : x.shape[1]]
        share = torch.arange(1, self.stride + 1, dtype=x.dtype, device=x.device)[:, None] / self.stride
        return (earlier[:, :, None] + (x - earlier)[:, :, None] * share).flatten(1, 2)


def _repeated(x: Tensor, stride: int) -> Tensor:
    """Every step `stride` times."""
    return x.unsqueeze(2).expand(*x.shape[:2], stride, *x.shape[2:]).flatten(1, 2)
