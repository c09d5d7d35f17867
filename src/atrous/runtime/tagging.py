"""What a tagger answers: a tag a token, and the spans that the tags write. Needs numpy alone; exports carry a copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from atrous.runtime.lattice import Chain, Lattice, best_of_rows, k_best, read, read_rows
from atrous.runtime.lexicon import Cut
from atrous.runtime.schemes import OUTSIDE, Span, spans_of, tags_of

Places: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

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


class Path(NamedTuple):
    """The tags of one row, as numbers, and how probable each is. lattice: of a CRF, all its paths."""

    tags: Places
    sure: Floats
    lattice: Lattice | None = None

    def probability(self, start: int, end: int) -> float:
        """That tokens start ... end - 1 have these tags, all of them."""
        if self.lattice is not None:
            return self.lattice.probability(start, self.tags[start:end])
        return float(self.sure[start:end].prod())


def decoded(logits: NDArray[np.float32], starts: Places, chain: Chain | None = None) -> Iterator[Path]:
    """The path of every row, in order: of a CRF the best one, else each step's most probable tag.

    logits: (steps of all rows, labels); row r is steps starts[r] ... starts[r + 1] - 1.

    >>> first, second = decoded(np.array([[0, 2], [1, 0], [0, 3]], np.float32), np.array([0, 2, 3]))
    >>> first.tags.tolist(), round(second.probability(0, 1), 4)
    ([1, 0], 0.9526)
    """
    first, rows = 0, len(starts) - 1
    while first < rows:
        after = int(np.searchsorted(starts, starts[first] + _BLOCK, side="right")) - 1
        after = min(max(after, first + 1), rows)
        own, some = starts[first : after + 1] - starts[first], logits[starts[first] : starts[after]]
        parts = [slice(start, end) for start, end in zip(own[:-1].tolist(), own[1:].tolist(), strict=True)]
        if chain is None:
            tags, sure = _best(some)
            yield from (Path(tags[part], sure[part]) for part in parts)
        else:
            tags = best_of_rows(some, own, chain)
            for part, lattice in zip(parts, read_rows(some, own, chain), strict=True):
                yield _path(tags[part], lattice)
        first = after


def _path(tags: Places, lattice: Lattice) -> Path:
    return Path(tags, lattice.marginals()[np.arange(len(tags)), tags], lattice)


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
        return [*_each_by_itself(logits, starts, cuts, labels, scheme)]
    paths = decoded(logits, starts, chain)
    return [_answer(cut, path, labels, scheme) for cut, path in zip(cuts, paths, strict=True)]


def _each_by_itself(
    logits: NDArray[np.float32], starts: Places, cuts: Sequence[Cut], labels: Sequence[str], scheme: str
) -> Iterator[TagsAnswer]:
    """The answers where every token has its most probable tag: what `_answer` gives, for all rows at once."""
    places, sure = np.empty(len(logits), np.int64), np.empty(len(logits))
    for first in range(0, len(logits), _BLOCK):
        block = slice(first, first + _BLOCK)
        places[block], sure[block] = _best(logits[block])
    names = np.array(labels, object)[places].tolist()
    each = np.round(sure, 6).tolist()
    whole = np.ones(len(cuts))
    rows = np.flatnonzero(np.diff(starts))
    if len(rows):
        whole[rows] = np.multiply.reduceat(sure, starts[rows])
    bounds, all_right = starts.tolist(), np.round(whole, 6).tolist()
    for row, (text, tokens, offsets) in enumerate(cuts):
        start, end = bounds[row], bounds[row + 1]
        tags, count = tuple(names[start:end]), end - start
        spans: tuple[SpanAnswer, ...] = ()
        if scheme != "plain":
            parts = spans_of(tags, scheme)
            shares = [round(float(sure[start + one.start : start + one.end].prod()), 6) for one in parts]
            spans = _on_text(parts, text, offsets, shares)
        own, places_ = tuple(tokens[:count]), tuple(offsets[:count])
        yield TagsAnswer(text, own, places_, tags, tuple(each[start:end]), all_right[row], spans, scheme)


def _best(logits: NDArray[np.float32]) -> tuple[Places, Floats]:
    """The most probable tag of every step, and how probable it is: of a softmax, 1 over its sum."""
    shifted = logits.astype(np.float64)
    shifted -= logits.max(1, keepdims=True, initial=-np.inf)
    return logits.argmax(1), 1 / np.exp(shifted, out=shifted).sum(1)


def best_answers(
    logits: NDArray[np.float32], cut: Cut, labels: Sequence[str], *, scheme: str, chain: Chain, count: int
) -> list[TagsAnswer]:
    """The most probable answers to one row, best first: the paths of a CRF; fewer if there are no more.

    logits: (steps, labels). Otherwise as `tags_answers`.
    """
    lattice = read(logits, chain)
    found = [_path(tags, lattice) for tags, _ in k_best(logits, chain, count)]
    return [_answer(cut, path, labels, scheme) for path in found]


def _answer(cut: Cut, path: Path, labels: Sequence[str], scheme: str) -> TagsAnswer:
    text, tokens, offsets = cut
    tags = tuple(labels[place] for place in path.tags.tolist())
    places = tuple(offsets[: len(tags)])
    shares = [round(path.probability(start, end), 6) for start, end, _ in spans_of(tags, scheme)]
    spans = _placed(tags, scheme, text, places, shares)
    whole, each = round(path.probability(0, len(tags)), 6), tuple(np.round(path.sure, 6).tolist())
    return TagsAnswer(text, tuple(tokens[: len(tags)]), places, tags, each, whole, spans, scheme)


def _placed(
    tags: Sequence[str], scheme: str, text: str, offsets: Sequence[tuple[int, int]], shares: Sequence[float]
) -> tuple[SpanAnswer, ...]:
    return _on_text(spans_of(tags, scheme), text, offsets, shares)


def _on_text(
    spans: Sequence[Span], text: str, offsets: Sequence[tuple[int, int]], shares: Sequence[float]
) -> tuple[SpanAnswer, ...]:
    found = []
    for (start, end, label), share in zip(spans, shares, strict=True):
        first, last = offsets[start][0], offsets[end - 1][1]
        found.append(SpanAnswer(first, last, label, text[first:last], share))
    return tuple(found)
