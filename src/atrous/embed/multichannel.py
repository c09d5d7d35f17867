"""Several representations of the same text, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Literal, cast

import torch
from jaxtyping import Bool
from torch import Tensor, nn

from atrous.contract import Batch, Embed, State
from atrous.window import Cost, Window


class Multichannel(Embed):
    """Embeddings of which each reads its own field of the batch; their vectors are added, or concatenated.

    Shapes: the parts' -> (batch, time, their common channels, or the sum of them). Sees: what the parts see, together.

    join: "add" is Kim's: there one set of filters is applied to both channels and the results are added, and because a
        convolution is linear that is the same as adding the channels first. "concatenate" gives every channel filters
        of its own.

    >>> from atrous.embed import Tokens
    >>> channels = Multichannel(Tokens(9, 4), Tokens(50, 4, field="beside"))
    >>> ids = torch.tensor([[5, 7]])
    >>> channels(Batch(ids, torch.tensor([2]), beside=ids)).shape, channels.reads
    (torch.Size([1, 2, 4]), ('ids', 'beside'))

    Raises ValueError if there is no part, if parts that are added differ in channels, or if a window's stride is not 1.
    Source: Kim 2014, section 2.1, https://arxiv.org/abs/1408.5882
    """

    def __init__(self, *parts: Embed, join: Literal["add", "concatenate"] = "add") -> None:
        super().__init__()
        if not parts:
            raise ValueError("Multichannel needs at least one part, got none")
        outputs = [part.outputs for part in parts]
        if join == "add" and len({*outputs}) > 1:
            raise ValueError(f"channels that are added need the same size, got {outputs}; concatenate them instead")
        self.parts, self.join = nn.ModuleList(parts), join
        self.outputs = outputs[0] if join == "add" else sum(outputs)
        self.reads = tuple(dict.fromkeys(field for part in parts for field in part.reads))
        self.window: Window = reduce(Window.beside, (part.window for part in parts))
        self.cost: Cost = reduce(Cost.beside, (part.cost for part in parts))

    def extra_repr(self) -> str:
        return f"join={self.join!r}"

    def start(self, batch: int) -> State:
        return tuple(part.start(batch) for part in self._each())

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        outputs, later = [], []
        for part, inner in zip(self._each(), state, strict=True):
            x, inner = part.step(batch, mask, inner)
            outputs.append(x)
            later.append(inner)
        return reduce(torch.add, outputs) if self.join == "add" else torch.cat(outputs, -1), tuple(later)

    def table(self) -> Tensor | None:
        """The vectors of all parts, added or side by side, if every part is a table of the same ids; else None."""
        tables = [part.table() for part in self._each()]
        found = [table for table in tables if table is not None]
        if len(found) < len(tables) or len(self.reads) > 1:
            return None
        return reduce(torch.add, found) if self.join == "add" else torch.cat(found, -1)

    def _each(self) -> Iterable[Embed]:
        return cast(Iterable[Embed], self.parts)
