"""What a gradient probe found, as numbers: how much of the gradient comes from each lag, how much reaches each layer.

Source of the effective field: Luo, Li, Urtasun, Zemel 2016, Understanding the Effective Receptive Field,
https://arxiv.org/abs/1701.04128
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atrous.window import Window

SPAN = 0.95  # of the gradient: two standard deviations to each side, if it falls off as a bell does
# Ten halvings: where the first layers' gradient is so much smaller than the last's, a plain step hardly moves them.
LITTLE = 1e-3


@dataclass(frozen=True)
class Profile:
    """The effective field of one state of a model.

    shares: of the gradient, one for each lag of `Lags`. beyond: of all other lags together; all sum to 1.
    span: first and last lag of the shortest run of lags that holds 95 % of the gradient; of two as short, the one whose
        middle is nearer to the output's own step. It may begin or end beyond the lags that have a share of their own.
    """

    shares: tuple[float, ...]
    beyond: float
    span: tuple[int, int]


@dataclass(frozen=True)
class Lags:
    """The gradient of one encoder step with respect to the embedded steps around it, lag by lag.

    A lag is in steps of the embedding, tokens: -2 is two before the output's own step, 1 is one after it.

    window: what the encoder declares that it sees. first, last: the lags that were looked at: those of the window, as
        far as the rows are long enough, and a few hundred where it has no end.
    start, end: before and after training; None where that is not known, or no gradient came through.
    """

    window: Window
    first: int
    last: int
    start: Profile | None
    end: Profile | None

    @property
    def hidden(self) -> int:
        """Steps of a finite window that no row is long enough to show."""
        sides = ((self.window.left, -self.first), (self.window.right, self.last))
        return sum(math.floor(side) - seen for side, seen in sides if side != math.inf)

    def to_json(self) -> dict[str, Any]:
        """Shares with six digits; an endless side of the window is "inf"."""
        states = {"start": self.start, "end": self.end}
        return {
            "first": self.first,
            "last": self.last,
            **{name: one and [round(share, 6) for share in one.shares] for name, one in states.items()},
            "beyond": {name: one and round(one.beyond, 6) for name, one in states.items()},
            "span": {**{name: one and list(one.span) for name, one in states.items()}, "share": SPAN},
            "window": self.window.to_json(),
        }


@dataclass(frozen=True)
class LayerGradient:
    """How strongly the loss of a row pulls at what a layer gives out, before and after training.

    start, end: the gradient of a row's loss with respect to the layer's whole output for that row; of its Euclidean
        norm the mean over rows. None where it is not known.
    dead: the share of its channels that no row's gradient reaches, after training, or before it if there is none.
    """

    name: str
    start: float | None
    end: float | None
    dead: float | None = None

    @property
    def last(self) -> float | None:
        """After training; before it, where there is no after."""
        return self.start if self.end is None else self.end


@dataclass(frozen=True)
class Gradients:
    """The effective field of a model on real rows, and the gradient at each of its layers.

    rows: that were read. layers: from the embedding to the logits. remarks: what limits the numbers, in sentences.
    """

    rows: int
    lags: Lags
    layers: tuple[LayerGradient, ...]
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `atrous field --measure --json` prints it, and `results.json` holds it of the best model of a race."""
        layers = [
            {"name": one.name, **{key: _short(getattr(one, key)) for key in ("start", "end", "dead")}}
            for one in self.layers
        ]
        return {"rows": self.rows, "lags": self.lags.to_json(), "layers": layers, "remarks": list(self.remarks)}

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Gradients:
        """What `to_json` gave, read back, with the digits that it has. Raises KeyError if a part is missing."""
        lags = found["lags"]
        sides = {side: math.inf if value == "inf" else value for side, value in lags["window"].items()}
        start, end = (
            None if lags[state] is None else Profile(tuple(lags[state]), lags["beyond"][state], (*lags["span"][state],))
            for state in ("start", "end")
        )
        layers = tuple(LayerGradient(**one) for one in found["layers"])
        field = Lags(Window(**sides), lags["first"], lags["last"], start, end)
        return cls(found["rows"], field, layers, tuple(found["remarks"]))

    def _repr_html_(self) -> str:
        from atrous.draw.gradient_picture import gradient_picture  # which draws what is defined here

        return gradient_picture(self, title="The gradient, per lag and at every layer")


def profile(sizes: Sequence[float], *, lowest: int, first: int, last: int) -> Profile | None:
    """The shares of the lags first ... last, out of the size of the gradient at lowest, lowest + 1, ...

    None if there is no gradient at all, or it is not finite.

    >>> profile([0, 1, 2, 1, 0], lowest=-3, first=-2, last=0)
    Profile(shares=(0.25, 0.5, 0.25), beyond=0.0, span=(-2, 0))
    """
    whole = math.fsum(sizes)
    if not 0 < whole < math.inf:  # none, or no numbers
        return None
    shares = tuple(sizes[lag - lowest] / whole for lag in range(first, last + 1))
    beyond = max(0.0, 1 - math.fsum(shares))
    return Profile(shares, beyond if beyond > 1e-9 else 0.0, _shortest(sizes, lowest, whole))


def _shortest(sizes: Sequence[float], lowest: int, whole: float) -> tuple[int, int]:
    """The shortest run of lags that holds `SPAN` of the whole."""
    wanted = SPAN * whole * (1 - 1e-12)  # rounding must not make a run one lag longer
    found: list[tuple[int, int, int]] = []  # length, twice the distance of its middle from lag 0, first lag
    held, begin = 0.0, 0
    for end, size in enumerate(sizes):
        held += size
        while held - sizes[begin] >= wanted and begin < end:
            held -= sizes[begin]
            begin += 1
        if held >= wanted:
            found.append((end - begin, abs(2 * lowest + begin + end), lowest + begin))
    length, _, start = min(found, default=(len(sizes) - 1, 0, lowest))
    return start, start + length


def _short(number: float | None) -> float | None:
    """Four digits; JSON knows no number that is not finite."""
    return None if number is None or not math.isfinite(number) else float(f"{number:.4g}")
