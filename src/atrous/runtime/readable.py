"""Logits to what a reader wants: labels and their probabilities. Needs numpy alone; every export carries a copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from atrous.runtime.lattice import Chain
from atrous.runtime.lexicon import Cut
from atrous.runtime.probable import sigmoid, softmax
from atrous.runtime.schemes import SCHEMES
from atrous.runtime.tagging import Places, TagsAnswer, best_answers, tags_answers


class Answer(NamedTuple):
    """The label of a text, how probable it is, and how probable every label is.

    label: "" where the answer abstains; the probability is still that of the most probable label.
    """

    label: str
    probability: float
    probabilities: dict[str, float]

    def top(self, count: int) -> list[tuple[str, float]]:
        """The most probable labels with their probabilities, most probable first; all if there are not so many.

        >>> Answer("pos", 0.75, {"neg": 0.0, "so-so": 0.25, "pos": 0.75}).top(2)
        [('pos', 0.75), ('so-so', 0.25)]

        Raises ValueError if count is below 1.
        """
        return _top(self.probabilities, count, first=self.label)

    def at_least(self, probability: float) -> Answer:
        """The same answer, or one that abstains if it is less probable than that.

        >>> Answer("pos", 0.75, {"neg": 0.25, "pos": 0.75}).at_least(0.9).label
        ''
        """
        return self if self.probability >= probability else self._replace(label="")

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints for a row; the label is null where the answer abstains.

        >>> Answer("pos", 0.75, {"neg": 0.25, "pos": 0.75}).to_json()
        {'label': 'pos', 'probability': 0.75, 'probabilities': {'neg': 0.25, 'pos': 0.75}}
        """
        return {**self._asdict(), "label": self.label or None}


class LabelsAnswer(NamedTuple):
    """The labels of a text that can have any number of them.

    label: all of them, the separator between them: what stands in the cell of a table.
    probability: that exactly these are right, were one independent of the other.
    """

    labels: tuple[str, ...]
    label: str
    probability: float
    probabilities: dict[str, float]

    def top(self, count: int) -> list[tuple[str, float]]:
        """The most probable labels with their probabilities, whether they are given or not; as `Answer.top`.

        >>> LabelsAnswer((), "", 0.5, {"art": 0.1, "war": 0.4}).top(1)
        [('war', 0.4)]
        """
        return _top(self.probabilities, count)

    def at_least(self, probability: float) -> LabelsAnswer:
        """Raises ValueError: an answer of several labels has none to take back, for no label at all is one, too."""
        raise ValueError(
            f"an answer of several labels cannot abstain below {probability:g}: to give none is an answer, too; "
            "look at its probability, or at those of the labels"
        )

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints for a row.

        >>> LabelsAnswer(("art",), "art", 0.45, {"art": 0.9, "war": 0.5}).to_json()
        {'labels': ['art'], 'probability': 0.45, 'probabilities': {'art': 0.9, 'war': 0.5}}
        """
        return {"labels": list(self.labels), "probability": self.probability, "probabilities": self.probabilities}


RowAnswer = Answer | LabelsAnswer
AnyAnswer = RowAnswer | TagsAnswer
KIND = Literal["classes", "labels", "tags", "crf"]


class Readable(NamedTuple):
    """How logits are read.

    kind: "classes", one label a text; "labels", any number; "tags", one a token; or "crf", the best sequence of them.
    labels: in the order of the logits. threshold: what a label's probability must reach, where there can be several.
    separator: what then stands between them in one cell.
    scheme: how tags write spans, as in `atrous.runtime.schemes`. chain: of a CRF.

    >>> read = Readable("labels", ("art", "war"))
    >>> read(np.array([[2.0, -1.0]], np.float32))[0].labels
    ('art',)
    >>> Readable.from_json(read.to_json()) == read
    True
    """

    kind: KIND
    labels: tuple[str, ...]
    threshold: float = 0.5
    separator: str = "|"
    scheme: str = "plain"
    chain: Chain | None = None

    @property
    def tags(self) -> bool:
        """Whether every token has an answer; then `tagged` reads the logits, else calling does."""
        return self.kind in TAGGED

    def __call__(self, logits: NDArray[np.float32]) -> list[RowAnswer]:
        """One answer a row of logits, (rows, labels). Raises ValueError if every token has an answer: see `tagged`."""
        if self.tags:
            raise ValueError(f"logits of tokens are read with their tokens, by Readable.tagged; this is {self.kind}")
        if self.kind == "classes":
            return list(answers(logits, self.labels))
        return list(labels_answers(logits, self.labels, threshold=self.threshold, separator=self.separator))

    def tagged(self, logits: NDArray[np.float32], starts: Places, cuts: Sequence[Cut]) -> list[TagsAnswer]:
        """One answer a row of tokens; see `atrous.runtime.tagging.tags_answers`."""
        return tags_answers(logits, starts, cuts, self.labels, scheme=self.scheme, chain=self.chain)

    def best(
        self, logits: NDArray[np.float32], starts: Places, cuts: Sequence[Cut], count: int
    ) -> list[list[TagsAnswer]]:
        """The most probable answers to every row of tokens, best first.

        Raises ValueError if no chain says how probable they are together.
        """
        if self.chain is None:
            raise ValueError(f"only a CRF has several best answers to a row of tokens; this is read as {self.kind}")
        rows = (logits[starts[row] : starts[row + 1]] for row in range(len(cuts)))
        return [
            best_answers(own, cut, self.labels, scheme=self.scheme, chain=self.chain, count=count)
            for own, cut in zip(rows, cuts, strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        value = {**self._asdict(), "labels": list(self.labels)}
        value["chain"] = (
            None if self.chain is None else {name: part.tolist() for name, part in self.chain._asdict().items()}
        )
        own = ("scheme", "chain") if self.kind == "crf" else ("scheme",) if self.tags else ()
        return {name: part for name, part in value.items() if name not in ("scheme", "chain") or name in own}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Readable:
        """What `to_json` wrote. Raises TypeError or ValueError if it is not that."""
        chain = value.get("chain")
        read = cls(**{**value, "labels": tuple(value["labels"]), "chain": None if chain is None else _chain(chain)})
        texts = all(isinstance(one, str) for one in (*read.labels, read.separator))
        if read.kind not in get_args(KIND) or not texts or not 0 < read.threshold < 1 or read.scheme not in SCHEMES:
            raise ValueError(f"expected a kind, labels, a threshold, a separator and a scheme, got {value!r:.100}")
        if (read.kind == "crf") != (read.chain is not None):
            raise ValueError(f"expected a chain of a CRF, and of nothing else, got {value!r:.100}")
        if read.chain is not None:
            count = len(read.labels)
            shapes = [part.shape for part in read.chain]
            if shapes != [(count,), (count, count), (count,)] or not all(
                np.isfinite(part).all() for part in read.chain
            ):
                raise ValueError(f"expected a chain of {count} labels, all numbers finite, got the shapes {shapes}")
        return read


TAGGED = ("tags", "crf")


def _chain(value: dict[str, Any]) -> Chain:
    return Chain(**{name: np.array(part, np.float32) for name, part in value.items()})


def answers(logits: NDArray[np.float32], labels: Sequence[str]) -> list[Answer]:
    """One answer a row of logits, (rows, labels). Probabilities are a softmax, rounded to six digits.

    >>> answers(np.array([[0.0, 1.0]], np.float32), ["neg", "pos"])
    [Answer(label='pos', probability=0.731059, probabilities={'neg': 0.268941, 'pos': 0.731059})]
    """
    probabilities = softmax(logits).tolist()
    best = logits.argmax(1).tolist()
    made = zip(best, probabilities, strict=True)
    # What Answer(...) does, but sooner: a small model answers in about the time that it takes.
    return [
        tuple.__new__(Answer, (labels[place], row[place], dict(zip(labels, row, strict=True)))) for place, row in made
    ]


def labels_answers(
    logits: NDArray[np.float32], labels: Sequence[str], *, threshold: float, separator: str
) -> list[LabelsAnswer]:
    """One answer a row of logits, (rows, labels). Probabilities are sigmoids, rounded to six digits.

    >>> labels_answers(np.array([[0.0, -2.0, 1.0]], np.float32), ["art", "sport", "war"], threshold=0.5, separator="|")
    [LabelsAnswer(labels=('art', 'war'), label='art|war', probability=0.321957,
     probabilities={'art': 0.5, 'sport': 0.119203, 'war': 0.731059})]
    """
    probable = sigmoid(logits)
    given = probable >= threshold
    exactly = np.round(np.where(given, probable, 1 - probable).prod(1), 6).tolist()
    found = []
    for row, chosen, probability in zip(np.round(probable, 6).tolist(), given, exactly, strict=True):
        some = tuple(labels[place] for place in np.flatnonzero(chosen).tolist())
        found.append(LabelsAnswer(some, separator.join(some), probability, dict(zip(labels, row, strict=True))))
    return found


def _top(probabilities: dict[str, float], count: int, *, first: str = "") -> list[tuple[str, float]]:
    if count < 1:
        raise ValueError(f"top needs a count >= 1, got {count}")
    # Rounded, the best two may be equal; the answer is the best all the same.
    return sorted(probabilities.items(), key=lambda item: (-item[1], item[0] != first))[:count]


def spoken(score: str) -> str:
    """The words for a score's name.

    >>> spoken("micro_f1"), spoken("exact_match"), spoken("unknown_accuracy")
    ('micro F1', 'exact match', 'accuracy on unknown words')
    """
    if score == "unknown_accuracy":
        return "accuracy on unknown words"
    return score.replace("_", " ").replace("f1", "F1")
