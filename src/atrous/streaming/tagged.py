"""What a tagger has decided of a row and not said yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from math import prod

import numpy as np
from numpy.typing import NDArray

from atrous.runtime.readable import Readable
from atrous.runtime.schemes import spans_of
from atrous.runtime.tagging import TagsAnswer
from atrous.streaming.tokens import Tokens


class Tagged:
    """The answers to a row that arrives in pieces: together they are the answer to the whole row.

    A token is answered once its tag is decided, and with it the whole of the span that it is in: a span is never cut in
    two. The best tags of a CRF are only known at the end of the row.

    Memory: the logits and the text of what was not answered yet.

    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> tokens = Tokens(Reader(Tokeniser("words", False, ("Ann", "left")), rule="fine"))
    >>> row = Tagged(Readable("tags", ("B-PER", "I-PER", "O"), scheme="iob2"), tokens)
    >>> _ = tokens.push("Ann left ")
    >>> row.decide(np.array([[9, 0, 0]], np.float32)); row.answer() is None  # I-PER may follow
    True
    >>> row.decide(np.array([[0, 0, 9]], np.float32)); row.answer().tags
    ('B-PER', 'O')
    """

    def __init__(self, readable: Readable, tokens: Tokens) -> None:
        self.tokens = tokens
        self._readable = readable
        self._logits: list[NDArray[np.float32]] = []
        self._decided = 0  # tokens that have logits
        self._whole = 0  # those of them before the span that may go on
        self._last = ""

    def decide(self, logits: NDArray[np.float32]) -> None:
        """Take the logits, (steps, labels), of the next tokens."""
        if not len(logits):
            return
        self._logits.append(logits)
        if self._readable.chain is not None:
            self._decided += len(logits)
            return
        scheme = self._readable.scheme
        for place in logits.argmax(1).tolist():
            tag = self._readable.labels[place]
            if not _goes_on(self._last, tag, scheme):
                self._whole = self._decided
            self._decided, self._last = self._decided + 1, tag
        if not _may_go_on(self._last, scheme):
            self._whole = self._decided

    def answer(self, *, ended: bool = False) -> TagsAnswer | None:
        """The answer to the tokens that were decided since the last one; None if there is none, and the row goes on.

        Its text begins where that of the last one ended; where its tokens and spans stand is counted from the beginning
        of the whole row.
        """
        count = self._decided if ended else self._whole
        if not count and not ended:
            return None
        labels = len(self._readable.labels)
        logits = np.concatenate(self._logits) if self._logits else np.zeros((0, labels), np.float32)
        self._logits = [logits[count:]] if count < len(logits) else []
        self._decided, self._whole = self._decided - count, self._whole - min(count, self._whole)
        cut, begin = self.tokens.give(count, ended=ended)
        (answer,) = self._readable.tagged(logits[:count], np.array([0, count]), [cut])
        return answer._replace(
            offsets=tuple((begin + start, begin + end) for start, end in answer.offsets),
            spans=tuple(span._replace(start=begin + span.start, end=begin + span.end) for span in answer.spans),
        )


def joined(parts: Sequence[TagsAnswer]) -> TagsAnswer:
    """The answer to a row out of those to its parts, in order; at least one.

    >>> first = TagsAnswer("Ann", ("Ann",), ((0, 3),), ("U-PER",), (0.5,), 0.5, (), "bilou")
    >>> joined([first, first._replace(text=" left", tokens=("left",), offsets=((4, 8),), tags=("O",))])[:4]
    ('Ann left', ('Ann', 'left'), ((0, 3), (4, 8)), ('U-PER', 'O'))
    """
    return TagsAnswer(
        "".join(part.text for part in parts),
        tuple(chain.from_iterable(part.tokens for part in parts)),
        tuple(chain.from_iterable(part.offsets for part in parts)),
        tuple(chain.from_iterable(part.tags for part in parts)),
        tuple(chain.from_iterable(part.probabilities for part in parts)),
        round(prod(part.probability for part in parts), 6),
        tuple(chain.from_iterable(part.spans for part in parts)),
        parts[0].scheme,
    )


@lru_cache(maxsize=2**14)
def _goes_on(before: str, tag: str, scheme: str) -> bool:
    """Whether a tag goes on the span that the tag before it is in."""
    return [(span.start, span.end) for span in spans_of((before, tag), scheme)] == [(0, 2)]


@lru_cache(maxsize=2**14)
def _may_go_on(tag: str, scheme: str) -> bool:
    """Whether the next tag may go on the span that this one is in."""
    own = spans_of((tag,), scheme)
    return bool(own) and _goes_on(tag, f"I-{own[0].label}", scheme)
