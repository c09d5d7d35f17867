"""What moved an answer, as numbers: made by `atrous.explaining`, drawn by this package. No torch here."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from atrous.page.notebook import card

Method = Literal["gradient", "occlusion"]
METHODS: tuple[Method, ...] = get_args(Method)
CALLED: dict[Method, str] = {"gradient": "gradient × input", "occlusion": "occlusion"}
LEVELS = 5  # of colour, on each side
_LEAST = 0.05  # of the largest score: what is below has no colour


@dataclass(frozen=True)
class Piece:
    """A run of a text that has a score: characters start ... end - 1 of text number `text`.

    gradient, occlusion: in nats, above 0 where the piece speaks for the label; None for a method that was not asked.
    features: of a step of a series, gradient x input of each of its features; they add up to `gradient`.
    """

    text: int
    start: int
    end: int
    gradient: float | None = None
    occlusion: float | None = None
    features: tuple[float, ...] = ()

    def score(self, method: Method) -> float | None:
        """What a method gives."""
        return self.gradient if method == "gradient" else self.occlusion


@dataclass(frozen=True, repr=False)
class Explanation:
    """Which pieces of a text moved a model's answer, and by how much.

    texts: the row's text, or both, as they were given; a series as it is written.
    pieces: in the order of the texts. Their scores are parts of the label's log-odds, log(p / (1 - p)), in nats.
    label: the one that is explained; probability: its own. answer: what the model answers.
    log_odds: the label's. nothing: the log-odds of as many steps whose vectors are all zero; None without gradients.
    together: pieces that were left out at once, of a long text.
    unread: steps beyond the last one that the model reads.
    of: the characters of the token or span whose tags are explained, of a tagger; None where the text has one answer.

    >>> pieces = Piece(0, 0, 3, 0.5, 1.0), Piece(0, 4, 8, -2.0, -1.5)
    >>> found = Explanation(("not good",), pieces, "neg", 0.3, "pos", -0.8)
    >>> found
    Explanation('neg' at 0.300, answer 'pos': 'good' -2.00, 'not' +0.50)
    >>> found.methods, found.levels("occlusion")
    (('gradient', 'occlusion'), [4, -5])
    """

    texts: tuple[str, ...]
    pieces: tuple[Piece, ...]
    label: str
    probability: float
    answer: str
    log_odds: float
    nothing: float | None = None
    together: int = 1
    unread: int = 0
    series: bool = field(default=False)
    of: tuple[int, int] | None = None

    def __repr__(self) -> str:
        strongest = self.strongest(3)
        method = self.methods[0]
        said = ", ".join(f"{self.shown(one)!r} {one.score(method) or 0.0:+.2f}" for one in strongest)
        return f"Explanation({self.label!r} at {self.probability:.3f}, answer {self.answer!r}: {said})"

    def _repr_html_(self) -> str:
        from atrous.draw.explained import fragment  # which reads explanations, and so stands above them

        return card(fragment(self))

    @property
    def methods(self) -> tuple[Method, ...]:
        """Those that were asked for."""
        return tuple(method for method in METHODS if any(one.score(method) is not None for one in self.pieces))

    @property
    def gap(self) -> float | None:
        """What gradient x input leaves unexplained: the log-odds, less those of nothing, less the sum of the scores.

        It is 0 for a linear model, and no measure of truth for any other: None without gradients.
        """
        if self.nothing is None:
            return None
        return self.log_odds - self.nothing - sum(one.gradient or 0.0 for one in self.pieces)

    @property
    def about(self) -> str:
        """The token or span that is explained; "" where it is the whole text."""
        return "" if self.of is None else self.texts[0][slice(*self.of)]

    def shown(self, piece: Piece) -> str:
        """The characters of a piece, as they were given."""
        return self.texts[piece.text][piece.start : piece.end]

    def most(self, method: Method) -> float:
        """The largest score of a method, whichever its sign."""
        return max((abs(one.score(method) or 0.0) for one in self.pieces), default=0.0)

    def levels(self, method: Method) -> list[int]:
        """Of each piece how strongly it is coloured: from -5, most against the label, to 5, most for it."""
        most = self.most(method)
        return [_level((one.score(method) or 0.0) / most if most else 0.0) for one in self.pieces]

    def strongest(self, top: int) -> list[Piece]:
        """The pieces with the largest scores of the first method, whichever their sign."""
        method = self.methods[0]
        return sorted(self.pieces, key=lambda one: -abs(one.score(method) or 0.0))[:top]

    def to_json(self) -> dict[str, Any]:
        """What `atrous explain --json` prints."""
        return {
            "texts": list(self.texts),
            "label": self.label,
            "probability": self.probability,
            "answer": self.answer,
            "unit": "nats of the label's log-odds",
            "log_odds": self.log_odds,
            "log_odds_of_nothing": self.nothing,
            "gap": self.gap,
            "occluded_together": self.together,
            "unread": self.unread,
            **({} if self.of is None else {"of": {"start": self.of[0], "end": self.of[1], "text": self.about}}),
            "pieces": [self._piece(one) for one in self.pieces],
        }

    def _piece(self, one: Piece) -> dict[str, Any]:
        scores: dict[str, Any] = {method: one.score(method) for method in self.methods}
        found: dict[str, Any] = {"text": self.shown(one), "of": one.text, "start": one.start, "end": one.end} | scores
        return {**found, "features": list(one.features)} if one.features else found


def _level(share: float) -> int:
    size = 0 if abs(share) < _LEAST else min(LEVELS, 1 + int(abs(share) * LEVELS * 0.999999))
    return size if share > 0 else -size


def around(whole: str, start: int, end: int, letters: int) -> tuple[str, str]:
    """What stands before and after a run of a text, so many letters at most, cut where words or letters end.

    >>> around("what a lovely film it is", 14, 18, 9)
    ('… lovely ', ' it is')
    """
    before, after = whole[max(0, start - letters) : start], whole[end : end + letters]
    if start > letters:
        cut = before.find(" ", 0, -1)
        before = "…" + (before[cut:] if cut >= 0 else before.lstrip(_marks(before)))
    if end + letters < len(whole):
        cut = after.rfind(" ", 1)
        after = (after[: cut + 1] if cut > 0 else after) + "…"
    return before, after


def _marks(text: str) -> str:
    """The characters of a text that stand on another, or hold two together."""
    return "".join(one for one in text if unicodedata.category(one)[0] == "M" or one == "\u200d")


def direction(text: str) -> Literal["ltr", "rtl"]:
    """The direction of a text, which its first letter decides.

    >>> direction("2024 שלום film"), direction("film שלום"), direction("12")
    ('rtl', 'ltr', 'ltr')
    """
    strong = (unicodedata.bidirectional(one) for one in text)
    return "rtl" if next((one for one in strong if one in ("L", "R", "AL")), "L") != "L" else "ltr"


def runs(explanation: Explanation, method: Method, text: int) -> Sequence[tuple[str, int, float | None]]:
    """A whole text in order, as (characters, level, score): pieces, and what stands between them without a score.

    >>> one = Explanation(("a b c",), (Piece(0, 2, 3, 1.0),), "x", 0.5, "x", 0.0)
    >>> runs(one, "gradient", 0)
    [('a ', 0, None), ('b', 5, 1.0), (' c', 0, None)]
    """
    whole, at = explanation.texts[text], 0
    found: list[tuple[str, int, float | None]] = []
    for piece, level in zip(explanation.pieces, explanation.levels(method), strict=True):
        if piece.text == text:
            found += [(whole[at : piece.start], 0, None)] if at < piece.start else []
            found.append((whole[piece.start : piece.end], level, piece.score(method)))
            at = piece.end
    return [*found, (whole[at:], 0, None)] if at < len(whole) else found
