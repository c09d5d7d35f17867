"""An embedding whose parts let their vectors be looked at, and be taken away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import torch
from jaxtyping import Bool
from torch import Tensor

from atrous.contract import Batch, Embed, State
from atrous.embed import Multichannel, Placed, Tokens
from atrous.embed.lookup import look_up


class Watched(Embed):
    """A part of an embedding that keeps the vectors it gave last, as what a gradient can be taken of.

    nothing: whether it gives zeros in their place.
    given: the vector of each step. pairs: beside it, that of the pair it forms with the step before, if there is one.
    """

    def __init__(self, embed: Embed, *, nothing: bool = False) -> None:
        super().__init__()
        self.embed, self.nothing = embed, nothing
        self.outputs, self.reads, self.window, self.cost = embed.outputs, embed.reads, embed.window, embed.cost
        self.given: Tensor | None = None
        self.pairs: Tensor | None = None

    @property
    def field(self) -> str:
        """Whose steps its vectors stand for: a word's letters and features stand where the word does."""
        return "ids" if self.reads[0] in ("characters", "features") else self.reads[0]

    def start(self, batch: int) -> State:
        return self.embed.start(batch)

    def step(self, batch: Batch, mask: Bool[Tensor, "batch time"], state: State) -> tuple[Tensor, State]:
        x, state = self.embed.step(batch, mask, state)
        x = (torch.zeros_like(x) if self.nothing else x).detach()
        if not isinstance(self.embed, Tokens) or self.embed.pairs is None or self.nothing:
            self.given = x.requires_grad_()
            return self.given, state
        own = look_up(batch.fields[self.reads[0]], self.embed.vectors, field=self.reads[0]).detach()
        self.given, self.pairs = own.requires_grad_(), (x - own.detach()).requires_grad_()
        return self.given + self.pairs, state


def watched(embed: Embed, *, nothing: bool = False) -> tuple[Embed, list[Watched]]:
    """The same embedding, made of the same parts, and those of them that turn what is read into vectors.

    What is put on top of the vectors, a code of their place, stays.

    >>> from atrous.embed import Tokens
    >>> whole, parts = watched(Placed(Multichannel(Tokens(9, 4), Tokens(5, 4, field="beside"))))
    >>> whole.outputs, [part.field for part in parts]
    (4, ['ids', 'beside'])
    """
    if isinstance(embed, Placed):
        inner, parts = watched(embed.embed, nothing=nothing)
        return Placed(inner).to(embed.positions.channels_rates.device), parts
    if isinstance(embed, Multichannel):
        each = [watched(part, nothing=nothing) for part in cast(Iterable[Embed], embed.parts)]
        return Multichannel(*(whole for whole, _ in each), join=embed.join), [one for _, some in each for one in some]
    one = Watched(embed, nothing=nothing)
    return one, [one]
