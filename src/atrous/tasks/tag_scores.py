"""How right a tagger's answers are: whole spans, tokens, unknown words, probabilities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.runtime.lattice import Chain
from atrous.runtime.readable import Readable
from atrous.runtime.schemes import Span, spans_of
from atrous.runtime.tagging import Path, Places, decoded
from atrous.tasks.calibration import calibration

Counts = dict[str, tuple[int, int, int]]  # of each label: right, wanted, given


def tag_scores(
    logits: NDArray[np.float32],
    targets: Places,
    starts: Places,
    readable: Readable,
    *,
    unknown: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """The scores of a tagger, of a CRF those of its best paths.

    logits: (steps of all rows, labels). targets: (steps,), the tags' numbers. starts: row r is steps starts[r] ...
        starts[r + 1] - 1. unknown: (steps,), which are words that no training row has; None: nobody knows.

    Of spans: `span_f1`, `span_precision` and `span_recall` over all, a span being right if its first and last token and
    its label are; `span_macro_f1`, the mean over the types; and `types`, each type's own. Of plain tags: `macro_f1`,
    the mean over the tags that occur, and `tags`, each tag's own.
    Of both: `accuracy` and `unknown_accuracy`, the shares of tokens, or of unknown words, whose tag is right (None if
    there is none); `unknown`, how many of them there are; `calibration_error` of the tokens' probabilities; `loss`, in
    nats a token; `rows`; and `tokens`.

    >>> readable = Readable("tags", ("B-PER", "O"), scheme="iob2")
    >>> logits = np.array([[2, 0], [0, 1], [3, 0]], np.float32)
    >>> found = tag_scores(logits, np.array([0, 1, 1]), np.array([0, 2, 3]), readable)
    >>> found["span_precision"], found["span_recall"], found["accuracy"], found["types"]["PER"]["spans"]
    (0.5, 1.0, 0.6666666666666666, 1)

    Source: Tjong Kim Sang, De Meulder 2003, section 3 (spans), https://aclanthology.org/W03-0419; `calibration`.
    """
    paths = [*decoded(logits, starts, readable.chain)]
    given = np.concatenate([np.zeros(0, np.int64), *(path.tags for path in paths)])
    sure = np.concatenate([np.zeros(0), *(path.sure for path in paths)])
    right = given == targets
    scores: dict[str, Any] = {}
    if readable.scheme == "plain":
        counts = token_counts(given, targets, readable.labels)
    else:
        tags = ([readable.labels[one] for one in part.tolist()] for part in np.split(targets, starts[1:-1]))
        ours = ([readable.labels[one] for one in path.tags.tolist()] for path in paths)
        counts = span_counts(zip(tags, ours, strict=False), readable.scheme)
        precision, recall, f1 = ratios(*summed(counts))
        scores = {"span_f1": f1, "span_precision": precision, "span_recall": recall}
    macro = float(np.mean([ratios(*one)[2] for one in counts.values()])) if counts else 0.0
    accuracy = float(right.mean()) if len(right) else 0.0
    scores |= {"span_macro_f1": macro, "accuracy": accuracy} if scores else {"accuracy": accuracy, "macro_f1": macro}
    if unknown is not None:
        scores["unknown_accuracy"] = float(right[unknown].mean()) if unknown.any() else None
    scores["calibration_error"] = calibration(sure, right)[1]
    scores["loss"] = _loss(logits, targets, starts, paths, readable.chain)
    scores |= {"rows": len(starts) - 1, "tokens": len(targets)}
    if unknown is not None:
        scores["unknown"] = int(unknown.sum())
    name, what = ("tags", "tokens") if readable.scheme == "plain" else ("types", "spans")
    return scores | {name: each(counts, what)}


def span_counts(rows: Iterable[tuple[Sequence[str], Sequence[str]]], scheme: str) -> Counts:
    """Of each type: how many spans are right, how many there are, and how many were given. Types are in order.

    rows: of each row the tags that are wanted, and those that were given.

    >>> span_counts([(["B-PER", "I-PER", "O"], ["B-PER", "O", "B-LOC"])], "iob2")
    {'LOC': (0, 0, 1), 'PER': (0, 1, 1)}
    """
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for tags, ours in rows:
        there: set[Span] = {*spans_of(tags, scheme)}
        found: set[Span] = {*spans_of(ours, scheme)}
        right.update(span.label for span in there & found)
        wanted.update(span.label for span in there)
        given.update(span.label for span in found)
    return {label: (right[label], wanted[label], given[label]) for label in sorted({*wanted, *given})}


def token_counts(given: Places, targets: Places, labels: Sequence[str]) -> Counts:
    """Of each tag that occurs: how many tokens got it rightly, should have it, and got it.

    >>> token_counts(np.array([0, 1]), np.array([1, 1]), ["NN", "VB"])
    {'NN': (0, 0, 1), 'VB': (1, 2, 1)}
    """
    parts = [np.bincount(part, minlength=len(labels)) for part in (targets[given == targets], targets, given)]
    found = zip(labels, *(part.tolist() for part in parts), strict=True)
    return {label: (right, wanted, ours) for label, right, wanted, ours in found if wanted or ours}


def summed(counts: Counts) -> tuple[int, int, int]:
    """The counts of all labels together."""
    right, wanted, given = (sum(one[place] for one in counts.values()) for place in range(3))
    return right, wanted, given


def ratios(right: int, wanted: int, given: int) -> tuple[float, float, float]:
    """Precision, recall and F1; 0 where there is nothing to divide by.

    >>> ratios(1, 1, 2)
    (0.5, 1.0, 0.6666666666666666)
    """
    return right / max(given, 1), right / max(wanted, 1), 2 * right / max(wanted + given, 1)


def each(counts: Counts, what: str) -> dict[str, dict[str, Any]]:
    """Precision, recall, F1 and number of every label by itself."""
    return {
        label: {**dict(zip(("precision", "recall", "f1"), ratios(*one), strict=True)), what: one[1]}
        for label, one in counts.items()
    }


def _loss(
    logits: NDArray[np.float32], targets: Places, starts: Places, paths: Sequence[Path], chain: Chain | None
) -> float:
    """What the head's loss is on all rows together: nats a token."""
    steps = np.arange(len(targets))
    if not len(steps):
        return 0.0
    numbers = logits.astype(np.float64)
    if chain is None:
        numbers -= numbers.max(1, keepdims=True)
        return float((np.log(np.exp(numbers).sum(1)) - numbers[steps, targets]).mean())
    moves, total = chain.priced(), -numbers[steps, targets].sum()
    for row, path in enumerate(paths):
        tags = targets[starts[row] : starts[row + 1]]
        if len(tags) and path.lattice is not None:
            total += path.lattice.total - moves.begin[tags[0]] - moves.end[tags[-1]]
            total -= moves.transitions[tags[:-1], tags[1:]].sum()
    return float(total / len(steps))
