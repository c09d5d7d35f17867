"""What a filter's activation comes from, projected back to the input: numbers, and how a terminal shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atrous.page.words import shown


@dataclass(frozen=True)
class Projected:
    """A piece of the text that the projection reaches.

    strength: the length of what arrives there. own: its product with the piece's own vector: by how much the piece as
    it is drives the filter. nearest: the tokens whose vectors drive it most there; none where a token has no vector of
    its own.
    """

    text: str
    strength: float
    own: float
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Projection:
    """A filter's strongest activation in a text, projected back to the text's vectors.

    number: the filter's. activation: its largest. pieces: those that the projection reaches, in the order of the text.
    """

    texts: tuple[str, ...]
    number: int
    activation: float
    pieces: tuple[Projected, ...]

    def to_json(self) -> dict[str, Any]:
        """What `atrous explain --deconv --json` prints."""
        pieces = [
            {"text": one.text, "strength": one.strength, "own": one.own, "nearest": list(one.nearest)}
            for one in self.pieces
        ]
        return {"texts": list(self.texts), "filter": self.number, "activation": self.activation, "pieces": pieces}


def projected(found: Projection) -> str:
    """The projection as a table, a line a piece.

    >>> one = Projected("good", 1.5, 1.25, ("good", "fine"))
    >>> print(projected(Projection(("not good",), 7, 1.25, (one,))))
    Filter 7 is most active, 1.250, in: not good
    <BLANKLINE>
    strength     own  piece
       1.500  +1.250  good  (most: good, fine)
    """
    lines = [
        f"Filter {found.number} is most active, {found.activation:.3f}, in: "
        + " / ".join(shown(text, 300) for text in found.texts),
        "",
        "strength     own  piece",
    ]
    return "\n".join([*lines, *map(_line, found.pieces)])


def _line(one: Projected) -> str:
    nearest: Sequence[str] = [shown(token, 20) for token in one.nearest]
    most = f"  (most: {', '.join(nearest)})" if nearest else ""
    return f"{one.strength:8.3f}  {one.own:+6.3f}  {shown(one.text, 40)}{most}"
