"""The pool that is a network: convolutions without padding shrink the row's last steps down to one vector."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer, Pool, State, clear
from atrous.layers import Conv, Pointwise, Stack
from atrous.window import Cost


class Unpadded(Pool):
    """Valid convolutions over the row's last `steps` steps, until one step is left.

    Shapes: (batch, time, channels) -> (batch, channels). steps = 1 + (kernel - 1) * (2**depth - 1); a shorter row has
    zeros before it. Unlike a maximum it knows where in its window something stood; a fully connected layer over a
    window is the same thing with depth 1 and a kernel as long as the window.

    depth: convolutions; the i-th has dilation 2**i, a ReLU between each two.

    >>> Unpadded(3, depth=4, kernel=3).steps
    31

    Raises ValueError if depth is below 1 or kernel below 2.
    Source: Long, Shelhamer, Darrell 2015, Fully Convolutional Networks, section 3.1, https://arxiv.org/abs/1411.4038
    """

    def __init__(self, channels: int, *, depth: int = 4, kernel: int = 3) -> None:
        super().__init__()
        if depth < 1 or kernel < 2:
            raise ValueError(f"Unpadded needs depth >= 1 and kernel >= 2, got depth={depth}, kernel={kernel}")
        self.channels = self.outputs = channels
        self.depth, self.kernel = depth, kernel
        parts: list[Layer] = []
        for level in range(depth):
            parts += [Pointwise(torch.relu)] if level else []
            parts.append(Conv(channels, channels, kernel=kernel, dilation=2**level, valid=True))
        self.shrink = Stack(*parts)
        self.steps = int(self.shrink.window.size)
        self.cost = Cost(self.shrink.cost.parameters, lambda _: self.shrink.cost.flops(self.steps))

    def extra_repr(self) -> str:
        return f"depth={self.depth}, kernel={self.kernel}"

    def start(self, batch: int) -> State:
        empty = self._like.new_zeros(batch, self.steps, self.channels)
        return empty, torch.zeros(batch, 1, dtype=torch.bool, device=empty.device)

    def step(self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"], state: State) -> State:
        held, begun = state
        whole = torch.cat([held, clear(x, mask)], 1)
        # Up to the last real step of the chunk; masked ones before the first stand where zeros belong.
        place = torch.arange(1, x.shape[1] + 1, device=x.device)
        end = torch.where(mask, place, place.new_zeros(())).amax(1)
        places = end[:, None] + torch.arange(self.steps, device=x.device)
        last = whole.gather(1, places[..., None].expand(-1, -1, x.shape[2]))
        return last, begun | mask.any(1, keepdim=True)

    def read(self, state: tuple[Tensor, Tensor]) -> Float[Tensor, "batch channels"]:
        last, begun = state
        y: Tensor = self.shrink(last)[:, 0]
        return torch.where(begun, y, y.new_zeros(()))
