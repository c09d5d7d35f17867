"""A model held against rows whose answers are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from atrous.answering.predict import logits
from atrous.data.batch import Examples
from atrous.data.corpus import read_labelled
from atrous.data.given import table
from atrous.data.seen import unseen
from atrous.data.tables import Row
from atrous.data.tagged.corpus import read_tagged
from atrous.data.text import Source
from atrous.runtime.tagging import TagsAnswer
from atrous.tasks import TASKS
from atrous.tasks.scoring import answered_scores
from atrous.tasks.tag_mistakes import confused, mistakes, surest
from atrous.tasks.tag_scores import ratios, span_counts, summed, tag_scores

if TYPE_CHECKING:
    from atrous.bundle.trained import Bundle


def evaluated(
    bundle: Bundle,
    data: Source | Iterable[Any],
    columns: Mapping[str, str | None],
    *,
    min_probability: float | None = None,
    mistakes: int = 0,
) -> dict[str, Any]:
    """What `Bundle.evaluate` says of a file or rows; columns that are None are those the model was trained with."""
    given = {key: value for key, value in columns.items() if value}
    asked = bundle.settings.model_copy(update={"data": bundle.settings.data.model_copy(update=given)})
    if bundle.model.tags:
        tagged, _ = read_tagged(table(data, "data"), bundle.targets, asked)
        examples = bundle.examples(tagged)
        return tagger_scores(bundle, examples, tagged, most=mistakes, min_probability=min_probability)
    rows, _ = read_labelled(table(data, "data"), bundle.targets, asked.data, features=bundle.reader.sizes.get("values"))
    return bundle.score(rows, min_probability=min_probability)


def row_scores(bundle: Bundle, examples: Examples, *, min_probability: float | None = None) -> dict[str, Any]:
    """What the task's `scores` says of rows that have one answer each.

    min_probability: say under "answered", too, on how many rows a model answers that abstains below it.
    """
    found, targets = logits(bundle.model, examples, bundle.tables), torch.from_numpy(np.array(examples.targets))
    asked = bundle.settings
    scores: dict[str, Any] = TASKS[asked.task].scores(found, targets, bundle.labels, asked.predict)
    if min_probability is not None:
        scores["answered"] = answered_scores(found, targets, min_probability=min_probability)
    return scores if bundle.reader.max_steps is None else {**scores, "cut": examples.cut}


def tagger_scores(
    bundle: Bundle,
    examples: Examples,
    rows: Sequence[Row] = (),
    *,
    most: int = 0,
    min_probability: float | None = None,
) -> dict[str, Any]:
    """What `atrous.tasks.tag_scores.tag_scores` says of the rows, unknown words with it where they are known.

    rows: those that the examples are of, for the words and the texts; without them, scores alone.
    most: so many of the surest mistakes, under "mistakes", and of the most frequent confusions, under "confused"; see
        `atrous.tasks.tag_mistakes`.
    min_probability: say under "answered", too, how right the spans are that are at least so probable.
    """
    found, starts, read = logits(bundle.model, examples).float().numpy(), examples.starts, bundle.readable
    targets = np.array(examples.targets, np.int64)
    scores = tag_scores(found, targets, starts, read, unknown=_unknown(bundle, examples, rows))
    if bundle.reader.max_steps is not None:
        scores["cut"] = examples.cut
    if most or min_probability is not None:
        answers = read.tagged(found, starts, [(row.text, row.tokens or (), row.offsets) for row in rows])
        if min_probability is not None:
            scores["answered"] = _answered(answers, rows, read.scheme, min_probability)
        if most:
            wrong = [*mistakes(answers, rows)]
            scores |= {"confused": confused(wrong, most), "mistakes": surest(wrong, answers, rows, most)}
    return scores


def _answered(
    answers: Sequence[TagsAnswer], rows: Sequence[Row], scheme: str, min_probability: float
) -> dict[str, Any]:
    kept = [answer.at_least(min_probability) for answer in answers]
    tags = ((row.tags[: len(answer.tags)], answer.tags) for row, answer in zip(rows, kept, strict=True))
    right, wanted, given = summed(span_counts(tags, scheme))
    every = sum(len(answer.spans) for answer in answers)
    names = ("precision", "recall", "f1")
    return {
        "min_probability": min_probability, "spans": given, "share": given / max(every, 1),
        **dict(zip(names, ratios(right, wanted, given), strict=True)),
    }  # fmt: skip


def _unknown(bundle: Bundle, examples: Examples, rows: Sequence[Row]) -> NDArray[np.bool_] | None:
    """Which steps are words that no training row has; None where nobody knows."""
    tokeniser = bundle.reader.tokeniser
    if bundle.seen is None or tokeniser is None or len(rows) != len(examples):
        return None
    return unseen(rows, examples.starts, bundle.seen, tokeniser)
