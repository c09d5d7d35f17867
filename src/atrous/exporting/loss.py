"""What an export of smaller numbers loses, measured on rows whose answers are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from atrous.answering.predict import logits
from atrous.bundle.trained import Bundle
from atrous.config.fields import Data
from atrous.data.batch import Examples
from atrous.data.corpus import read_labelled
from atrous.data.given import table
from atrous.data.tagged.corpus import read_tagged
from atrous.data.text import Source
from atrous.errors import DataError, NotEqual
from atrous.exporting.rows import drawn, interesting
from atrous.exporting.tags import tags_of
from atrous.runtime.graph import Exported
from atrous.runtime.reader import Row as Given
from atrous.tasks import TASKS
from atrous.tasks.tag_scores import tag_scores

DRAWN = 256  # texts, for want of data
_SCORES = ("span_f1", "micro_f1", "accuracy")  # the first that a task has is its score


@dataclass(frozen=True)
class Held:
    """Rows that an export is held against its model on.

    name: of their file; "" if they were drawn from the vocabulary, and have no answers then.
    """

    name: str
    given: list[Given]
    examples: Examples

    @classmethod
    def read(cls, bundle: Bundle, data: Source | Iterable[Any] | None, columns: Data) -> Held:
        """The rows of a file, or handed over, with their labels; None: texts drawn from the model's own vocabulary.

        Raises DataError and ConfigError as `Bundle.evaluate` does, and DataError if there is no row.
        """
        if data is None:
            random = Random(0)
            texts = [text for _ in range(DRAWN // 16) for text in _drawn(bundle, random)]
            return cls("", texts, Examples.of(bundle.reader, texts))
        if bundle.model.tags:
            asked = bundle.settings.model_copy(update={"data": columns})
            rows, _ = read_tagged(table(data, "data"), bundle.targets, asked)
        else:
            features = bundle.reader.sizes.get("values")
            rows, _ = read_labelled(table(data, "data"), bundle.targets, columns, features=features)
        name = Path(data).name if isinstance(data, str | PathLike) else "data"
        if not len(rows):
            raise DataError(f"{name}: expected labelled rows to measure the loss of quality on, got none")
        given = [row.given for row in rows]
        examples = Examples.of(bundle.reader, given, bundle.targets.array(rows), tagged=bundle.model.tags)
        return cls(name, given, examples)


def lost(bundle: Bundle, folder: Path, held: Held, runtimes: Sequence[str]) -> dict[str, Any]:
    """What the export in a folder answers to the rows, beside what its model does, in every runtime of these.

    `data`: the file, None where texts were drawn; `rows`; `score`: the name of the task's score, None without data;
    `exact`: the model's; `runtimes`: of each, its `score`,
    the share of `equal` answers (rows, or of a tagger tokens), and the largest `difference` between two logits.

    Raises NotEqual where an answer is no number.
    """
    exact = logits(bundle.model, held.examples).float().numpy()
    reference = _answers(bundle, exact, held.examples.starts)
    found: dict[str, Any] = {}
    score = None
    for runtime in runtimes:
        graph = Exported(folder, threads=torch.get_num_threads())
        graph.runtime = runtime
        theirs, _ = graph.read(held.given)
        if not np.isfinite(theirs).all():
            raise NotEqual(
                f"not written: with {graph.precision} numbers and {runtime} some answers are no numbers; export the "
                "model without --precision"
            )
        score, own = _score(bundle, theirs, held)
        equal = _answers(bundle, theirs, held.examples.starts) == reference
        every = equal.all(1) if equal.ndim > 1 else equal
        found[runtime] = {
            "score": own,
            "equal": float(every.mean()) if every.size else 1.0,
            "difference": float(np.abs(theirs - exact).max(initial=0.0)),
        }
    return {
        "data": held.name or None,
        "rows": len(held.examples),
        "score": score,
        "exact": _score(bundle, exact, held)[1],
        "runtimes": found,
    }


def _drawn(bundle: Bundle, random: Random) -> list[Given]:
    return drawn(bundle.reader, interesting(bundle.window, random), random)


def _score(bundle: Bundle, found: NDArray[np.float32], held: Held) -> tuple[str | None, float | None]:
    """The name of the task's score, and the score; None without data."""
    if not held.name:
        return None, None
    targets = np.array(held.examples.targets)
    if bundle.model.tags:
        scores = tag_scores(found, targets.astype(np.int64), held.examples.starts, bundle.readable)
    else:
        asked = bundle.settings
        scores = TASKS[asked.task].scores(
            torch.from_numpy(found), torch.from_numpy(targets), bundle.labels, asked.predict
        )
    name = next(name for name in _SCORES if name in scores)
    return name, scores[name]


def _answers(bundle: Bundle, found: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[Any]:
    """The answer to each row, or to each token; where several labels are given, which."""
    read = bundle.readable
    if read.tags:
        return tags_of(read, found, starts)
    if read.kind == "labels":
        return np.asarray(1 / (1 + np.exp(-found.astype(np.float64))) >= read.threshold)
    return np.asarray(found.argmax(1))
