"""What a tagger answers: a tag a token, and the spans that the tags write. Needs numpy alone; exports carry a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from atrous.runtime.lattice import Chain, best_of_rows, k_best, read_rows
from atrous.runtime.probable import softmax
from atrous.runtime.schemes import OUTSIDE, spans_of, tags_of

Cut: TypeAlias = tuple[str, Sequence[str], Sequence[tuple[int, int]]]  # as `Reader.cut` gives it
Places: TypeAlias = NDArray[np.int64]

_BLOCK = 2**16  # steps whose lattices are held at once


class SpanAnswer(NamedTuple):
    """A span of a text: its label, and how probable it is that its tokens have exactly the tags they got.

    start, end: in characters of the whole text; text is text[start:end] of it.
    """

    start: int
    end: int
    label: str
    text: str
    probability: float

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints for a span.

        >>> SpanAnswer(0, 3, "PER", "Ann", 0.75).to_json()
        {'start': 0, 'end': 3, 'label': 'PER', 'text': 'Ann', 'probability': 0.75}
        """
        return self._asdict()


class TagsAnswer(NamedTuple):
    """The tag of every token of a text, and the spans that the tags write.

    text: the whole text. tokens, offsets: what of it is tagged; text[start:end] is the token.
    tags: one a token, in this scheme. probabilities: of each token's tag.
    probability: that all tags are right.
    spans: in order; none where tags are plain.

    >>> spans = (SpanAnswer(0, 3, "PER", "Ann", 0.9),)
    >>> given = ("Ann left", ("Ann", "left"), ((0, 3), (4, 8)), ("B-PER", "O"), (0.9, 0.8), 0.72, spans)
    >>> answer = TagsAnswer(*given, scheme="iob2")
    >>> answer.tags_in("bilou")
    ('U-PER', 'O')
    """

    text: str
    tokens: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    tags: tuple[str, ...]
    probabilities: tuple[float, ...]
    probability: float
    spans: tuple[SpanAnswer, ...]
    scheme: str

    @property
    def label(self) -> str:
        """The tags, a space between each two."""
        return " ".join(self.tags)

    def tags_in(self, scheme: str) -> tuple[str, ...]:
        """The tags as another scheme writes their spans.

        Raises ValueError for an unknown scheme, and for another one than "plain" where tags are plain.
        """
        if self.scheme == scheme or scheme == "plain":
            return self.tags
        if self.scheme == "plain":
            raise ValueError(f"tags that are plain write no spans, and cannot be written as {scheme}")
        return tags_of(spans_of(self.tags, self.scheme), len(self.tags), scheme)

    def top(self, count: int) -> list[tuple[str, float]]:
        """Raises ValueError: the other answers of a tagger are whole rows of tags, see `Readable.best`."""
        raise ValueError(f"an answer of tags has no {count} labels; ask a CRF for its best answers, Bundle.best")

    def at_least(self, probability: float) -> TagsAnswer:
        """The same without the spans that are less probable: their tokens are outside.

        Raises ValueError where tags are plain: there is no span to leave out.
        """
        if self.scheme == "plain":
            raise ValueError(f"tags that are plain cannot abstain below {probability:g}: look at their probabilities")
        tags = list(self.tags)
        there = list(zip(spans_of(tags, self.scheme), self.spans, strict=True))
        for span, answer in there:
            if answer.probability < probability:
                tags[span.start : span.end] = [OUTSIDE] * (span.end - span.start)
        kept = tuple(answer for _, answer in there if answer.probability >= probability)
        return self._replace(tags=tuple(tags), spans=kept)

    def standing(self, text: str, offsets: Sequence[tuple[int, int]]) -> TagsAnswer:
        """The same answer on another text that has the same tokens, at these offsets.

        >>> answer = TagsAnswer("Ann !", ("Ann", "!"), ((0, 3), (4, 5)), ("O", "O"), (0.9, 0.9), 0.81, (), "bilou")
        >>> answer.standing("Ann!", [(0, 3), (3, 4)]).offsets
        ((0, 3), (3, 4))
        """
        places = tuple(offsets[: len(self.tokens)])
        spans = _placed(self.tags, self.scheme, text, places, [span.probability for span in self.spans])
        return self._replace(text=text, offsets=places, spans=spans)

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints for a row."""
        return {
            "text": self.text,
            "tokens": list(self.tokens),
            "offsets": [list(place) for place in self.offsets],
            "tags": list(self.tags),
            "probabilities": list(self.probabilities),
            "probability": self.probability,
            "spans": [span.to_json() for span in self.spans],
        }


def tags_answers(
    logits: NDArray[np.float32],
    starts: Places,
    cuts: Sequence[Cut],
    labels: Sequence[str],
    *,
    scheme: str,
    chain: Chain | None = None,
) -> list[TagsAnswer]:
    """One answer a row.

    logits: (steps of all rows, labels); row r is steps starts[r] ... starts[r + 1] - 1.
    cuts: of each row the text, its tokens and where they stand. Tokens after the last step were not read, and have no
        tag.
    labels: the tags, in the order of the logits. scheme: how they write spans.
    chain: of a CRF, whose best path is the answer; None where each step's most probable tag is.

    Probabilities, rounded to six digits, are exact: of a softmax those of a span's tokens, multiplied; of a CRF the sum
    over all paths that have the span's tags where it stands.

    >>> logits = np.log(np.array([[0.9, 0.1], [0.2, 0.8]], np.float32))
    >>> cut = ("Ann left", ["Ann", "left"], [(0, 3), (4, 8)])
    >>> (answer,) = tags_answers(logits, np.array([0, 2]), [cut], ["B-PER", "O"], scheme="iob2")
    >>> answer.spans
    (SpanAnswer(start=0, end=3, label='PER', text='Ann', probability=0.9),)
    """
    if chain is None:
        return _each_by_itself(logits, starts, cuts, labels, scheme)
    return _best_paths(logits, starts, cuts, labels, scheme, chain)


def best_answers(
    logits: NDArray[np.float32], cut: Cut, labels: Sequence[str], *, scheme: str, chain: Chain, count: int
) -> list[TagsAnswer]:
    """The most probable answers to one row, best first: the paths of a CRF; fewer if there are no more.

    logits: (steps, labels). Otherwise as `tags_answers`.
    """
    (lattice,) = read_rows(logits, np.array([0, len(logits)]), chain)
    marginals, steps = lattice.marginals(), np.arange(len(logits))
    return [
        _answer(cut, path, labels, scheme, marginals[steps, path], float(np.exp(found)), lattice.probability)
        for path, found in k_best(logits, chain, count)
    ]


def _each_by_itself(
    logits: NDArray[np.float32], starts: Places, cuts: Sequence[Cut], labels: Sequence[str], scheme: str
) -> list[TagsAnswer]:
    given = logits.argmax(1) if len(logits) else np.zeros(0, np.int64)
    sure = softmax(logits, digits=None)[np.arange(len(given)), given] if len(logits) else np.zeros(0)
    answers = []
    for row, cut in enumerate(cuts):
        steps = slice(int(starts[row]), int(starts[row + 1]))
        own = sure[steps]

        def together(start: int, tags: Places, own: NDArray[np.float64] = own) -> float:
            return float(own[start : start + len(tags)].prod())

        answers.append(_answer(cut, given[steps], labels, scheme, own, float(own.prod()), together))
    return answers


def _best_paths(
    logits: NDArray[np.float32],
    starts: Places,
    cuts: Sequence[Cut],
    labels: Sequence[str],
    scheme: str,
    chain: Chain,
) -> list[TagsAnswer]:
    answers: list[TagsAnswer] = []
    while len(answers) < len(cuts):
        first = len(answers)
        after = max(first + 1, int(np.searchsorted(starts, starts[first] + _BLOCK, side="right")) - 1)
        after = min(after, len(cuts))
        there, some = starts[first : after + 1] - starts[first], logits[starts[first] : starts[after]]
        paths = best_of_rows(some, there, chain)
        for row, lattice in enumerate(read_rows(some, there, chain)):
            path = paths[there[row] : there[row + 1]]
            sure = lattice.marginals()[np.arange(len(path)), path]
            whole = lattice.probability(0, path)
            answers.append(_answer(cuts[first + row], path, labels, scheme, sure, whole, lattice.probability))
    return answers


def _answer(
    cut: Cut,
    path: Places,
    labels: Sequence[str],
    scheme: str,
    sure: NDArray[np.float64],
    whole: float,
    together: Callable[[int, Places], float],
) -> TagsAnswer:
    """together: how probable it is that these tags stand from that step on."""
    text, tokens, offsets = cut
    tags = tuple(labels[place] for place in path.tolist())
    places = tuple(offsets[: len(tags)])
    shares = [round(together(start, path[start:end]), 6) for start, end, _ in spans_of(tags, scheme)]
    spans = _placed(tags, scheme, text, places, shares)
    probabilities = tuple(np.round(sure, 6).tolist())
    return TagsAnswer(text, tuple(tokens[: len(tags)]), places, tags, probabilities, round(whole, 6), spans, scheme)


def _placed(
    tags: Sequence[str], scheme: str, text: str, offsets: Sequence[tuple[int, int]], shares: Sequence[float]
) -> tuple[SpanAnswer, ...]:
    found = []
    for (start, end, label), share in zip(spans_of(tags, scheme), shares, strict=True):
        first, last = offsets[start][0], offsets[end - 1][1]
        found.append(SpanAnswer(first, last, label, text[first:last], share))
    return tuple(found)
