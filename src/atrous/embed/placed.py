"""Positions over any embedding."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Bool
from torch import Tensor

from atrous.contract import Batch, Embed, State
from atrous.layers import Positions


class Placed(Embed):
    """An embedding, and on top of each vector a code of its place in the row: sines and cosines.

    Shapes: those of the embedding. Sees: what the embedding sees; it counts the real steps, also while it streams.

    >>> import torch
    >>> from atrous.embed import Tokens
    >>> x = Placed(Tokens(9, 4))(Batch(torch.tensor([[5, 5]]), torch.tensor([2])))
    >>> bool((x[0, 0] == x[0, 1]).all())
    False

    Source: Gehring et al. 2017, section 3.1 (positions for convolutions), https://arxiv.org/abs/1705.03122;
    Vaswani et al. 2017, section 3.5 (their code), https://arxiv.org/abs/1706.03762
    """

    def __init__(self, embed: Embed) -> None:
        super().__init__()
        # The code has an even number of channels; of an odd number the last one is cut off.
        self.embed, self.positions = embed, Positions(embed.outputs + embed.outputs % 2)
        self.outputs, self.reads, self.window, self.cost = embed.outputs, embed.reads, embed.window, embed.cost

    def start(self, batch: int) -> State:
        return self.embed.start(batch), self.positions.start(batch)

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        inner, places = state
        x, inner = self.embed.step(batch, mask, inner)
        x, _, places = self.positions.step(F.pad(x, (0, self.outputs % 2)), mask, places)
        return x[..., : self.outputs], (inner, places)
