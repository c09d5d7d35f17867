"""One text, one answer: which pieces moved it."""

from __future__ import annotations

from functools import partial
from typing import Literal, get_args

import numpy as np

from atrous.answering.chunks import check_length, evaluating
from atrous.answering.predict import logits
from atrous.draw.explanation import Explanation, Piece
from atrous.errors import ConfigError, DataError, quoted, suggestion
from atrous.explaining.gradient import Gradients, gradients
from atrous.explaining.occlusion import Floats, examples_of, occlusions, together
from atrous.explaining.odds import log_odds
from atrous.explaining.pieces import Part, parts, places
from atrous.model import Model
from atrous.runtime.readable import Readable
from atrous.runtime.reader import Reader, Row, steps_of

Asked = Literal["both", "gradient", "occlusion"]
LONGEST = 2**16  # steps: of all of them every layer's outputs are kept for the gradient
ROUNDING = 1e-6  # of the log-odds: what two readings of the same may differ by


def explain(
    model: Model,
    reader: Reader,
    readable: Readable,
    row: Row,
    *,
    method: Asked = "both",
    label: str | None = None,
    words: bool = False,
    quiet: bool = True,
) -> Explanation:
    """Which pieces of a row moved the answer, by gradient x input and by occlusion, in nats of a label's log-odds.

    method: one of the two alone costs less; see `gradients` and `occlusions` for what they are.
    label: the one to explain; None: the answer, or the most probable one where a text can have several.
    words: whole words and the white space before them are the pieces, also where a model reads letters.

    Raises ValueError for another method, ConfigError for a label that the model does not have, and DataError for a text
    of no tokens, for one of more than 65,536, and where nothing moves the answer: the model is dead, or knows nothing
    of the text.
    """
    check_method(method)
    found = places(reader, row)
    arrays = reader(row)
    steps = steps_of(arrays)
    if not steps:
        raise DataError("the text is empty: it has no token that could be explained")
    if steps > LONGEST:
        raise DataError(
            f"a text of {steps:,} tokens is too long to be explained: at most {LONGEST:,}; give a part of it"
        )
    check_length(model, steps)
    pieces = parts(found, words=words)
    examples = examples_of([arrays])
    with evaluating(model):
        answered = logits(model, examples)
        [answer] = readable(answered.numpy())
        chosen = label_of(readable, label, int(answered[0].argmax()))
        odds = float(log_odds(model.predict, answered, chosen))
        slopes: Gradients | None = None
        losses: Floats | None = None
        moved = False
        if method != "occlusion":
            device = next(model.parameters()).device
            batch, _ = examples.batch([0])
            slopes = gradients(
                model, batch.map(lambda part: part.to(device)), partial(log_odds, model.predict, label=chosen)
            )
            moved = not slopes.flat
        if method != "gradient":
            losses, whole = occlusions(model, arrays, found, pieces, chosen, quiet=quiet)
            least = ROUNDING * max(1.0, abs(odds))
            moved = moved or abs(whole) > least or bool((np.abs(losses) > least).any())
    if not moved:
        raise DataError(
            f"nothing in this text moves the log-odds of {quoted(readable.labels[chosen])}: {still(method)}; the "
            "model is dead (train it again, with a smaller train.rate), or it knows nothing that stands here"
        )
    return Explanation(
        texts=found.texts,
        pieces=tuple(_piece(part, place, slopes, losses) for place, part in enumerate(pieces)),
        label=readable.labels[chosen],
        probability=answer.probabilities[readable.labels[chosen]],
        answer=answer.label,
        log_odds=odds,
        nothing=None if slopes is None else slopes.nothing,
        together=1 if losses is None else together(len(pieces), steps),
        unread=found.unread,
        series=reader.series is not None,
    )


def label_of(readable: Readable, label: str | None, best: int) -> int:
    """The place of a label; `best` for None. Raises ConfigError if the model does not have it."""
    if label is None:
        return best
    if label not in readable.labels:
        known = ", ".join(one[:60] for one in readable.labels[:10]) + ", ..." * (len(readable.labels) > 10)
        meant = suggestion(label, readable.labels)
        raise ConfigError(f"the model has no label {quoted(label)}{meant}; its labels are {known}")
    return readable.labels.index(label)


def check_method(method: str) -> None:
    """Raise ValueError for a method that there is not."""
    if method not in get_args(Asked):
        raise ValueError(f"explain needs method='both', 'gradient' or 'occlusion', got method={method!r}")


def still(method: Asked) -> str:
    """What was tried and changed nothing, in words."""
    parts = {"gradient": "every gradient is zero", "occlusion": "leaving pieces out, or all of it, changes nothing"}
    return parts[method] if method != "both" else " and ".join(parts.values())


def _piece(part: Part, place: int, slopes: Gradients | None, losses: Floats | None) -> Piece:
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
