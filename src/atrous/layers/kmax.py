"""Dynamic k-max pooling: of every channel the largest values of a row, in the order in which they stood."""

from __future__ import annotations

import math
from fractions import Fraction

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from atrous.contract import Layer
from atrous.window import Cost, Number, Window


class KMax(Layer):
    """Of each channel the k largest values of the row, in their order of time; ties go to the earlier step.

    Shapes: (batch, time, channels) -> (batch, later, channels), with `later` the k of a row of `time` steps.
    Sees: the whole row. k follows from each row's own length: max(least, ceil(share * length)), at most the length, so
    that a row gives the same alone and padded.

    least: the smallest k. share: of the row's length, from 0 to 1; 0 gives every row the same k.

    >>> KMax(2)(torch.tensor([[[5.0], [1.0], [7.0]]]))[0, :, 0]
    tensor([5., 7.])

    Raises ValueError if least is below 1 or share is not from 0 to 1. `step` raises NotStreamable.
    Source: Kalchbrenner, Grefenstette, Blunsom 2014, A Convolutional Neural Network for Modelling Sentences, sections
    3.2 and 3.3, https://arxiv.org/abs/1404.2188
    """

    streams = False
    refusal = (
        "the k largest of a row are known at its end only; "
        "to stream, use a convolution with a stride, or the pool kmax over the encoder's steps"
    )

    def __init__(self, least: int, *, share: Number = 0) -> None:
        super().__init__()
        if least < 1 or not 0 <= share <= 1:
            raise ValueError(f"KMax needs least >= 1 and a share from 0 to 1, got least={least}, share={share}")
        self.least, self.share = least, Fraction(share).limit_denominator(10**6)
        self.window = Window(left=math.inf, right=math.inf)
        self.cost = Cost(steps=lambda steps: min(steps, max(least, math.ceil(self.share * steps))))

    def extra_repr(self) -> str:
        return str(self.least) + (f", share={self.share}" if self.share else "")

    def forward(
        self, x: Float[Tensor, "batch time channels"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch later channels"]:
        bits = torch.ones_like(x[..., 0], dtype=torch.bool) if mask is None else mask
        scores = torch.where(bits[..., None], x, x.new_full((), -math.inf))
        return largest_in_order(scores, self._kept(bits), most=self._most(x.shape[1]))

    def after(self, mask: Bool[Tensor, "batch time"]) -> Bool[Tensor, "batch later"]:
        rank = torch.arange(mask.shape[1], device=mask.device)[None, :]
        return (rank < self._kept(mask)[:, None])[:, : self._most(mask.shape[1])]

    def _kept(self, mask: Tensor) -> Tensor:
        """k of every row."""
        length = mask.sum(1)
        scaled = (length * self.share.numerator + self.share.denominator - 1) // self.share.denominator
        return torch.minimum(scaled.clamp(min=self.least), length)

    def _most(self, time: int) -> int:
        """k of a row of so many steps."""
        scaled = (time * self.share.numerator + self.share.denominator - 1) // self.share.denominator
        most: int = torch.sym_min(time, torch.sym_max(self.least, scaled))  # type: ignore[no-untyped-call]
        return most


def largest_in_order(x: Tensor, kept: Tensor, *, most: int) -> Tensor:
    """Of each channel the `kept` largest values over time, in their order; of equal ones the earlier. Zeros follow.

    Shapes: x (batch, time, channels), kept (batch,) -> (batch, most, channels), with kept <= most <= time.

    Nothing depends on the order in which a sort leaves equal values, which torch and ONNX promise differently.

    >>> x = torch.tensor([[[5.0], [1.0], [7.0], [5.0]]])
    >>> largest_in_order(x, torch.tensor([2]), most=3)[0, :, 0]
    tensor([5., 7., 0.])
    """
    last = (kept - 1).clamp(min=0)[:, None, None].expand(-1, 1, x.shape[2])
    least = x.topk(most, dim=1).values.gather(1, last)  # the smallest that is kept
    above, equal = x > least, x == least
    room = kept[:, None, None] - above.sum(1, keepdim=True)
    chosen = above | (equal & (equal.cumsum(1) <= room))
    # What is chosen moves to its place in order, all else to a place beyond the last, which is cut off.
    place = torch.where(chosen, chosen.cumsum(1) - 1, most)
    moved = torch.where(chosen, x, x.new_zeros(()))
    return x.new_zeros(x.shape[0], most + 1, x.shape[2]).scatter(1, place, moved)[:, :most]
