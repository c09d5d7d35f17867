"""One text, one answer: which pieces moved it."""

from __future__ import annotations

from functools import partial

from atrous.answering.chunks import evaluating
from atrous.answering.predict import logits
from atrous.draw.explanation import Explanation
from atrous.errors import ConfigError, quoted, suggestion
from atrous.explaining.begun import Asked, begin, need_moved, piece
from atrous.explaining.gradient import Gradients
from atrous.explaining.occlusion import Floats, occlusions, together
from atrous.explaining.odds import log_odds
from atrous.model import Model
from atrous.runtime.readable import Readable
from atrous.runtime.reader import Reader, Row


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
    begun = begin(model, reader, row, method=method, words=words)
    found, pieces = begun.found, begun.pieces
    slopes: Gradients | None = None
    losses: Floats | None = None
    whole = 0.0
    with evaluating(model):
        answered = logits(model, begun.examples)
        [answer] = readable(answered.numpy())
        chosen = label_of(readable, label, int(answered[0].argmax()))
        odds = float(log_odds(model.predict, answered, chosen))
        if method != "occlusion":
            slopes = begun.slopes(model, partial(log_odds, model.predict, label=chosen))
        if method != "gradient":
            losses, whole = occlusions(model, begun.arrays, found, pieces, chosen, quiet=quiet)
    need_moved(readable.labels[chosen], method, slopes, losses, whole, odds)
    return Explanation(
        texts=found.texts,
        pieces=tuple(piece(part, place, slopes, losses) for place, part in enumerate(pieces)),
        label=readable.labels[chosen],
        probability=answer.probabilities[readable.labels[chosen]],
        answer=answer.label,
        log_odds=odds,
        nothing=None if slopes is None else slopes.nothing,
        together=1 if losses is None else together(len(pieces), begun.steps),
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
