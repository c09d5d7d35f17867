"""Pooling over time with a stride: the maximum or the mean of a few neighbouring steps."""

from __future__ import annotations

import math
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer, State
from atrous.layers.taps import Taps
from atrous.window import Cost


class Pooling(Layer):
    """The maximum or the mean of each channel over `kernel` steps, every `stride` steps; only real steps count.

    Shapes: (batch, time, channels) -> (batch, ceil(time / stride), channels).
    Sees: as a `Conv` of that kernel, stride and right does.

    stride: None is the kernel, so that windows do not overlap. right: as for `Conv`; None is the causal layer.

    >>> Pooling("max", 1, kernel=2)(torch.tensor([[[1.0], [5.0], [-3.0]]]))[0, :, 0]
    tensor([ 5., -3.])
    >>> Pooling("mean", 1, kernel=2)(torch.tensor([[[1.0], [5.0], [-3.0]]]))[0, :, 0]
    tensor([ 3., -3.])

    Raises ValueError if the kind is unknown, channels, kernel or stride is below 1, or right is not within the kernel.
    Source: Zhang, Zhao, LeCun 2015, Character-level Convolutional Networks, section 2.1, https://arxiv.org/abs/1509.01626
    """

    inputs: int
    outputs: int

    def __init__(
        self,
        kind: Literal["max", "mean"],
        channels: int,
        *,
        kernel: int,
        stride: int | None = None,
        right: int | None = None,
    ) -> None:
        super().__init__()
        if kind not in ("max", "mean") or channels < 1:
            raise ValueError(f"Pooling needs kind max or mean and channels >= 1, got {kind!r} and {channels}")
        try:
            self.taps = Taps(kernel, 1, kernel if stride is None else stride, right)
        except ValueError as error:
            raise ValueError(f"Pooling {error}") from None
        self.kind, self.inputs, self.outputs = kind, channels, channels
        self.kernel, self.stride = kernel, self.taps.stride
        self.grain, self.delay, self.window = self.stride, self.taps.delay, self.taps.window
        self.cost = Cost(steps=lambda steps: math.ceil(steps / self.taps.stride))
        self.blank = -math.inf if kind == "max" else 0.0  # what a step that is not real counts as

    def extra_repr(self) -> str:
        options = {"stride": (self.stride, self.kernel), "right": (self.taps.right, None)}
        more = "".join(f", {name}={value}" for name, (value, usual) in options.items() if value != usual)
        return f"{self.kind!r}, {self.inputs}, kernel={self.kernel}{more}"

    def start(self, batch: int) -> State:
        held = self.taps.left + self.taps.late
        return self.zeros(batch, held, self.inputs), self.unset(batch, held)

    def step(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State
    ) -> tuple[Tensor, Tensor, State]:
        steps, reach = x.shape[1], self.taps.reach(x.shape[1])
        whole, bits = torch.cat([state[0], x], 1), torch.cat([state[1], mask], 1)
        own = bits[:, self.taps.left : self.taps.left + steps : self.stride]
        return self._pool(whole[:, :reach], bits[:, :reach]), own, (whole[:, steps:], bits[:, steps:])

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch later channels"]:
        around = self.taps.left, self.taps.beyond(x.shape[1])
        bits = torch.ones_like(x[..., 0], dtype=torch.bool) if mask is None else mask
        return self._pool(F.pad(x, (0, 0, *around)), F.pad(bits, around))

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        return mask[:, :: self.stride]

    def _pool(self, padded: Tensor, bits: Tensor) -> Tensor:
        """The one kernel behind both readings, over windows of `kernel` padded steps."""
        x = torch.where(bits[..., None], padded, padded.new_full((), self.blank))
        image, size, hop = x.unsqueeze(1).permute(0, 3, 1, 2), (1, self.kernel), (1, self.stride)
        if self.kind == "max":
            y = F.max_pool2d(image, size, hop)
        else:
            share = F.avg_pool2d(bits.to(x.dtype)[:, None, None], size, hop)
            y = F.avg_pool2d(image, size, hop) / share.clamp(min=0.5 / self.kernel)
        return y.permute(0, 2, 3, 1).squeeze(1)
