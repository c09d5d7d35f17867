"""Words from their letters."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool
from torch import Tensor, nn

from atrous.contract import Batch, Embed, State
from atrous.embed.lookup import look_up
from atrous.window import Cost

LETTER = 16  # numbers of a letter's vector


class Spelled(Embed):
    """A vector for each word made of its letters: a convolution over them, then the maximum of each map.

    Shapes: characters (batch, time, letters) -> (batch, time, channels). Sees: its word. A word without letters gives
    zeros.

    size: how many ids letters have, padding (0) and unknown (1) included.
    letters: how many of a word are read.
    kernel: letters that the convolution reads; beyond the ends of a word there are zeros.

    >>> embed, letters = Spelled(30, 4, letters=3), torch.tensor([[[5, 7, 0], [6, 5, 7]]])
    >>> embed(Batch(None, torch.tensor([2]), characters=letters)).shape
    torch.Size([1, 2, 4])

    Raises ValueError if size, channels or kernel is below 1.
    Source: dos Santos, Zadrozny 2014, Learning Character-level Representations for Part-of-Speech Tagging, section
    2.1.2, https://proceedings.mlr.press/v32/santos14.html
    """

    reads = ("characters",)

    def __init__(self, size: int, channels: int, *, letters: int, kernel: int = 3, dropout: float = 0.0) -> None:
        super().__init__()
        if min(size, channels, letters, kernel) < 1:
            raise ValueError(
                f"Spelled needs size, channels, letters and kernel >= 1, got {size}, {channels}, {letters} and {kernel}"
            )
        self.size, self.outputs, self.kernel, self.dropout = size, channels, kernel, dropout
        products = LETTER * kernel * channels
        self.cost = Cost(size * LETTER + products + channels, lambda steps: 2 * products * letters * steps)
        self.vectors = nn.Parameter(torch.randn(size, LETTER) * 0.5)
        bound = (LETTER * kernel) ** -0.5
        self.weight = nn.Parameter((torch.rand(channels, LETTER, kernel) * 2 - 1) * bound)
        self.bias = nn.Parameter((torch.rand(channels) * 2 - 1) * bound)

    def extra_repr(self) -> str:
        return f"{self.size}, {self.outputs}, kernel={self.kernel}"

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        ids = batch.fields["characters"]
        real = (ids != 0)[..., None]
        letters = torch.where(real, look_up(ids, self.vectors, field="characters"), self.vectors.new_zeros(()))
        line = F.pad(letters.flatten(0, 1).transpose(1, 2), ((self.kernel - 1) // 2, self.kernel // 2))
        maps = F.conv1d(line, self.weight, self.bias).transpose(1, 2).reshape(*ids.shape, -1)
        highest = torch.where(real, maps, maps.new_full((), -torch.inf)).amax(2)
        x = torch.where(real.any(2), highest, highest.new_zeros(())).tanh()
        return F.dropout(x, self.dropout, self.training), state
