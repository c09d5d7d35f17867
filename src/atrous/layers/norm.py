"""Normalisation that never looks across time, and weight norm."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

from atrous.contract import Layer
from atrous.layers.conv import Conv
from atrous.window import Cost


class LayerNorm(Layer):
    """Layer normalisation of each step over its channels, with a learned scale and shift.

    Shapes: (batch, time, channels) -> (batch, time, channels). Sees: its own step, so it streams and stays causal.

    >>> LayerNorm(4)(torch.tensor([[[1.0, 1.0, 3.0, 3.0]]])).round().tolist()
    [[[-1.0, -1.0, 1.0, 1.0]]]

    Source: Ba, Kiros, Hinton 2016, Layer Normalization, section 3, https://arxiv.org/abs/1607.06450
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inputs = self.outputs = channels
        self.cost = Cost(2 * channels)
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def extra_repr(self) -> str:
        return str(self.inputs)

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time channels"]:
        return F.layer_norm(x, x.shape[-1:], self.weight, self.bias)


def weight_norm(layer: Conv) -> Conv:
    """The same layer, its filters learned as a length and a direction each. Initialise first, wrap after.

    Training state only: `fold` turns it back into plain weights with the same outputs.

    >>> conv = weight_norm(Conv(2, 3, kernel=2))
    >>> sorted(name for name, _ in conv.named_parameters())
    ['bias', 'parametrizations.weight.original0', 'parametrizations.weight.original1']

    Source: Salimans, Kingma 2016, Weight Normalization, section 2, https://arxiv.org/abs/1602.07868
    """
    parametrizations.weight_norm(layer, "weight", dim=0)
    return layer


def fold(module: nn.Module) -> nn.Module:
    """Replace every weight norm inside the module by the plain weights it stands for; returns the module.

    >>> conv = fold(weight_norm(Conv(2, 3, kernel=2)))
    >>> sorted(name for name, _ in conv.named_parameters())
    ['bias', 'weight']
    """
    with torch.enable_grad():  # without it torch would leave a plain tensor that is no parameter
        for part in list(module.modules()):
            if parametrize.is_parametrized(part, "weight"):
                parametrize.remove_parametrizations(part, "weight", leave_parametrized=True)
    return module
