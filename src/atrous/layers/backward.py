"""A layer read from the end."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer
from atrous.window import Window


class Backward(Layer):
    """A layer read from each row's last real step to its first. With the layer itself in a `Parallel`: both ways.

    Shapes: those of the layer. Sees: what the layer sees, past and future exchanged.

    >>> from atrous.layers import LSTM, Parallel
    >>> Parallel(LSTM(3, 5), Backward(LSTM(3, 5)))(torch.zeros(2, 7, 3)).shape
    torch.Size([2, 7, 10])

    Raises ValueError if the layer changes the rate. `step` raises NotStreamable.
    Source: Schuster, Paliwal 1997, Bidirectional Recurrent Neural Networks, https://doi.org/10.1109/78.650093
    """

    streams = False
    refusal = (
        "a layer read backwards needs the end of its row before its first answer; "
        "to stream, use the one-directional form, or a centred convolution, which answers a few steps late"
    )

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        if layer.window.stride != 1:
            raise ValueError(
                f"Backward needs a layer that keeps the rate, got {layer} with stride {layer.window.stride}"
            )
        self.layer = layer
        self.inputs, self.outputs, self.cost = layer.inputs, layer.outputs, layer.cost
        self.window = Window(left=layer.window.right, right=layer.window.left)

    def forward(
        self, x: Float[Tensor, "batch time inputs"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time outputs"]:
        if mask is None:
            return self.layer(x.flip(1)).flip(1)
        here = torch.arange(x.shape[1], device=x.device)[None, :]
        mirror = torch.where(mask, mask.sum(1, keepdim=True) - 1 - here, here)[..., None]
        y = self.layer(x.gather(1, mirror.expand(-1, -1, x.shape[2])), mask)
        return y.gather(1, mirror.expand(-1, -1, y.shape[2]))
