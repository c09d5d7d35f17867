"""What the tags given to the test rows say: which spans are right, what is taken for what, how far to trust them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.answering.decoded import Decoded
from atrous.comparing.judged import MISTAKES
from atrous.data.tables import Row
from atrous.runtime.schemes import OUTSIDE, Span, spans_of
from atrous.tasks.calibration import calibration

PLAIN = "plain"  # the scheme of tags that are no spans
MOST = 60  # labels of the confusion; the rarest are one
_OTHERS = "all others"
_NAMED = 8  # spans, or tokens, that are named of a row
_SHOWN = 1_000  # characters of a text

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def parts(given: Sequence[str], wanted: Sequence[str], scheme: str) -> tuple[float, float]:
    """What one row adds to the two numbers that divide to the score: 2 x right and given + wanted spans; right tokens
    and tokens, where tags are plain.

    >>> parts(["B-PER", "O"], ["B-PER", "I-PER"], "iob2"), parts(["NN", "VB"], ["NN", "NN"], "plain")
    ((0.0, 2.0), (1.0, 2.0))
    """
    if scheme == PLAIN:
        return float(sum(one == other for one, other in zip(given, wanted, strict=True))), float(len(wanted))
    found, there = {*spans_of(given, scheme)}, {*spans_of(wanted, scheme)}
    return 2.0 * len(found & there), float(len(found) + len(there))


@dataclass(frozen=True)
class TagJudge:
    """What is right on the test rows of a tagger.

    labels: the tags. targets: the number of each step's tag, row after row; row r is steps starts[r] ... of them.
    """

    labels: tuple[str, ...]
    scheme: str
    targets: Places
    starts: Places

    def counts(self, given: Decoded) -> Floats:
        """What each row adds to the score, (rows, 2): see `parts`.

        >>> judge = TagJudge(("B-PER", "O"), "iob2", np.array([0, 1, 1]), np.array([0, 2, 3]))
        >>> judge.counts(Decoded(np.array([0, 1, 0]), np.ones(3))).tolist()
        [[2.0, 2.0], [0.0, 1.0]]
        """
        rows = zip(self._rows(given.tags), self._rows(self.targets), strict=True)
        return np.array([parts(tags, wanted, self.scheme) for tags, wanted in rows]).reshape(-1, 2)

    def confusion(self, given: Decoded) -> tuple[list[str], list[list[int]]]:
        """How many tokens of each tag, one a line, got each; of spans, of each type and of none. Of many tags those
        that are rare are one.
        """
        types = [label if self.scheme == PLAIN else label.partition("-")[2] or label for label in self.labels]
        names = sorted({*types} - {OUTSIDE}) + [OUTSIDE] * (OUTSIDE in types)
        of_label = np.array([names.index(one) for one in types], np.int64)
        wanted, got = of_label[self.targets], of_label[given.tags]
        if len(names) > MOST:
            kept = np.sort(np.argsort(-np.bincount(wanted, minlength=len(names)), kind="stable")[: MOST - 1])
            place = np.full(len(names), len(kept), np.int64)
            place[kept] = np.arange(len(kept))
            names, wanted, got = [*(names[int(one)] for one in kept), _OTHERS], place[wanted], place[got]
        size = len(names)
        cells = np.bincount(wanted * size + got, minlength=size * size).reshape(size, size)
        found: list[list[int]] = cells.tolist()
        return names, found

    def mistakes(self, given: Decoded, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """The rows with something wrong, those first that have a wrong tag given most surely; `MISTAKES` at most."""
        wrong = given.tags != self.targets
        counts = self.counts(given)
        some = np.flatnonzero(counts[:, 0] < counts[:, 1])
        sure = np.array([self._surest(given, wrong, row) for row in some.tolist()])
        chosen = some[np.argsort(-sure, kind="stable")][:MISTAKES].tolist()
        found = []
        for row in chosen:
            part = slice(int(self.starts[row]), int(self.starts[row + 1]))
            wanted, got = (self._named(tags[part], rows[row]) for tags in (self.targets, given.tags))
            text = rows[row].text
            found.append(
                {
                    "text": text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…",
                    "label": _listed([one for one in wanted if one not in got], wanted=True, scheme=self.scheme),
                    "answer": _listed([one for one in got if one not in wanted], wanted=False, scheme=self.scheme),
                    "probability": round(self._surest(given, wrong, row), 4),
                    "line": rows[row].line,
                }
            )
        return found

    def on_test(self, given: Decoded, rows: Sequence[Row]) -> dict[str, Any]:
        """What results.json says of the best model."""
        labels, confusion = self.confusion(given)
        bins, error = calibration(given.sure, given.tags == self.targets)
        return {
            "labels": labels,
            "confusion": confusion,
            "calibration": bins,
            "calibration_error": error,
            "errors": self.mistakes(given, rows),
        }

    def _surest(self, given: Decoded, wrong: NDArray[np.bool_], row: int) -> float:
        """How probable the most probable of a row's wrong tags is."""
        part = slice(int(self.starts[row]), int(self.starts[row + 1]))
        return float(given.sure[part][wrong[part]].max(initial=0.0))

    def _rows(self, tags: Places) -> Iterator[list[str]]:
        for start, end in zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            yield [self.labels[place] for place in tags[start:end].tolist()]

    def _named(self, tags: Places, row: Row) -> list[tuple[int, str]]:
        """Each span, or each token with its tag: its first token, and it in words."""
        names, tokens = [self.labels[place] for place in tags.tolist()], row.tokens or ()
        spans = spans_of(names, self.scheme)
        if self.scheme == PLAIN:
            spans = [Span(place, place + 1, name) for place, name in enumerate(names)]
        return [(start, f"{' '.join(tokens[start:end])}: {label}") for start, end, label in spans]


def _listed(found: list[tuple[int, str]], *, wanted: bool, scheme: str) -> str:
    """Spans in words.

    >>> _listed([(0, "Ann Lee: PER")], wanted=True, scheme="iob2"), _listed([], wanted=False, scheme="iob2")
    ('Ann Lee: PER', 'no span')
    """
    shown = "; ".join(name for _, name in found[:_NAMED])
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{shown}{more}" or ("no such span" if wanted else "no span")
