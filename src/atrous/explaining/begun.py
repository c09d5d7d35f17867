"""What every explanation begins with, a row and its pieces, and what it must find: something that moves the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

import numpy as np
from torch import Tensor

from atrous.answering.chunks import check_length
from atrous.data.batch import Examples
from atrous.draw.explanation import Piece
from atrous.errors import DataError, quoted
from atrous.explaining.gradient import Gradients, gradients
from atrous.explaining.occlusion import Floats, examples_of
from atrous.explaining.pieces import Part, Places, parts, places
from atrous.model import Model
from atrous.runtime.arrays import Arrays, steps_of
from atrous.runtime.reader import Reader, Row

Asked = Literal["both", "gradient", "occlusion"]
LONGEST = 2**16  # steps: of all of them every layer's outputs are kept for the gradient
ROUNDING = 1e-6  # of the log-odds: what two readings of the same may differ by


class Begun(NamedTuple):
    """A row that can be explained: where its steps stand, what the model reads of it, and its pieces.

    examples: the row alone.
    """

    found: Places
    arrays: Arrays
    steps: int
    pieces: list[Part]
    examples: Examples

    def slopes(self, model: Model, odds: Callable[[Tensor], Tensor]) -> Gradients:
        """The gradients of what is explained, as a function of the model's answers."""
        device = next(model.parameters()).device
        batch, _ = self.examples.batch([0])
        return gradients(model, batch.map(lambda part: part.to(device)), odds)


def begin(model: Model, reader: Reader, row: Row, *, method: Asked, words: bool) -> Begun:
    """The row, read. words: whole words are the pieces, also where a model reads letters.

    Raises ValueError for a method that there is not, and DataError for a row of no tokens and one that is too long.
    """
    if method not in get_args(Asked):
        raise ValueError(f"explain needs method='both', 'gradient' or 'occlusion', got method={method!r}")
    found, arrays = places(reader, row), reader(row)
    steps = steps_of(arrays)
    if not steps:
        raise DataError("the text is empty: it has no token that could be explained")
    if steps > LONGEST:
        raise DataError(
            f"a text of {steps:,} tokens is too long to be explained: at most {LONGEST:,}; give a part of it"
        )
    check_length(model, steps)
    return Begun(found, arrays, steps, parts(found, words=words), examples_of([arrays]))


def need_moved(
    label: str, method: Asked, slopes: Gradients | None, losses: Floats | None, whole: float, odds: float
) -> None:
    """Raise DataError if nothing moves the log-odds of the label.

    slopes, losses: what was found, None where it was not asked for. whole: what leaving everything out changes.
    odds: the log-odds, which say what is rounding.
    """
    least = ROUNDING * max(1.0, abs(odds))
    if slopes is not None and not slopes.flat:
        return
    if losses is not None and (abs(whole) > least or bool((np.abs(losses) > least).any())):
        return
    tried = {"gradient": "every gradient is zero", "occlusion": "leaving pieces out, or all of it, changes nothing"}
    still = tried[method] if method != "both" else " and ".join(tried.values())
    raise DataError(
        f"nothing in this text moves the log-odds of {quoted(label)}: {still}; the model is dead (train it again, with "
        "a smaller train.rate), or it knows nothing that stands here"
    )


def piece(part: Part, place: int, slopes: Gradients | None, losses: Floats | None) -> Piece:
    """What was found of a piece, the one at this place."""
    gradient: float | None = None
    features: tuple[float, ...] = ()
    if slopes is not None:
        own = [
            slopes.fields[field][list(steps)].sum(0) for field, steps in part.steps.items() if field in slopes.fields
        ]
        gradient = float(sum(one.sum() for one in own))
        if "values" in part.steps and len(own[0]) > 2:
            # The first half are the values, the second the flags of those that are missing.
            features = tuple(own[0].reshape(2, -1).sum(0).tolist())
    loss = None if losses is None else float(losses[place])
    return Piece(part.text, part.start, part.end, gradient, loss, features)
