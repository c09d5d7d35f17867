"""Texts to tokens and the numbers of the distinct ones. Needs numpy alone; every export carries a copy.

What is written has few distinct words, and what a model reads of one need be found once. So every distinct token gets a
number, and a text becomes its numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from atrous.native import compiled
from atrous.runtime.cutting import RULES, tokens_of

Cut: TypeAlias = tuple[str, Sequence[str], Sequence[tuple[int, int]]]  # as `Reader.cut` gives it
Numbers: TypeAlias = NDArray[np.int32]
Starts: TypeAlias = NDArray[np.int64]

_STRETCH = re.compile(r"\S+")
_INITIAL = re.compile(r"[A-Z]\.$")
_CAPITAL = re.compile(r"\s+[A-Z]")
_AFTER = " A"  # stands for what comes after an initial
_SHORT = 40  # characters of a stretch that is remembered without compiled kernels


class Lexicon:
    """Every token that was met, and how texts are cut into them.

    rule: as in `atrous.runtime.cutting`. A text is cut as `tokens_of` cuts it, sooner: no rule looks beyond a space but
    for whether an initial ("J.") has a capital letter after it, so a stretch without spaces is cut once and remembered.

    known: from each token that was met to its number, from 0 on, in order.

    Not for several threads at once.

    >>> lexicon = Lexicon("treebank")
    >>> cuts, numbers, starts = lexicon.many(["Don't go.", "Go."])
    >>> cuts[0]
    ("Don't go.", ('Do', "n't", 'go', '.'), ((0, 2), (2, 5), (6, 8), (8, 9)))
    >>> numbers.tolist(), starts.tolist(), list(lexicon.known)
    ([0, 1, 2, 3, 4, 3], [0, 4, 6], ['Do', "n't", 'go', '.', 'Go'])

    Raises ValueError for another rule.
    """

    def __init__(self, rule: str) -> None:
        if rule not in RULES:
            raise ValueError(f"Lexicon needs a rule of {', '.join(RULES)}, got rule={rule!r}")
        self.rule = rule
        self.clear()

    def clear(self) -> None:
        """Forget every token."""
        self.known: dict[str, int] = {}
        self._stretches: dict[tuple[str, bool], list[tuple[str, int, int]]] = {}
        self._cutter: Any = None
        if compiled is not None and self.rule != "characters":
            self._cutter = compiled.Cutter(partial(_places, self.rule), self.known)

    @property
    def held(self) -> int:
        """How many bytes it takes, roughly.

        >>> Lexicon("fine").held < 2**17
        True
        """
        own: int = 0 if self._cutter is None else self._cutter.held()
        return own + 400 * len(self._stretches) + 200 * len(self.known)

    def after(self, count: int) -> list[str]:
        """The tokens that were met after the first `count` of them.

        >>> lexicon = Lexicon("fine")
        >>> _ = lexicon.many(["a b c"])
        >>> lexicon.after(1)
        ['b', 'c']
        """
        return [*islice(reversed(self.known), len(self.known) - count)][::-1]

    def many(self, texts: list[str]) -> tuple[list[Cut], Numbers, Starts]:
        """Of every text what `Reader.cut` gives; the numbers of all tokens; and where each text's begin, and all end.

        Raises TypeError for what is no text.
        """
        if self._cutter is not None:
            cuts, numbers, starts = self._cutter.cut(texts)
            return cuts, np.frombuffer(numbers, np.int32), np.frombuffer(starts, np.int64)
        found: list[Cut] = [*map(self._cut, texts)]
        return found, *self.numbered([tokens for _, tokens, _ in found])

    def numbered(self, rows: Iterable[Sequence[str]]) -> tuple[Numbers, Starts]:
        """The numbers of the tokens of every row, end to end; and where each row's begin, and all end.

        >>> [array.tolist() for array in Lexicon("fine").numbered([["a", "b"], [], ["a"]])]
        [[0, 1, 0], [0, 2, 2, 3]]
        """
        known, numbers, starts = self.known, [], [0]
        for tokens in rows:
            numbers += [known.setdefault(token, len(known)) for token in tokens]
            starts.append(len(numbers))
        return np.array(numbers, np.int32), np.array(starts, np.int64)

    def _cut(self, text: str) -> Cut:
        """What compiled code does, by hand."""
        if self.rule == "characters":
            return text, tuple(text), tuple(tokens_of(text, self.rule))
        tokens: list[str] = []
        offsets: list[tuple[int, int]] = []
        for found in _STRETCH.finditer(text):
            stretch, begin = found[0], found.start()
            followed = bool(_INITIAL.search(stretch) and _CAPITAL.match(text, found.end()))
            pieces = self._stretches.get((stretch, followed))
            if pieces is None:
                pieces = [(stretch[start:end], start, end) for start, end in _places(self.rule, stretch, followed)]
                if len(stretch) <= _SHORT:
                    self._stretches[stretch, followed] = pieces
            for token, start, end in pieces:
                tokens.append(token)
                offsets.append((begin + start, begin + end))
        return text, tuple(tokens), tuple(offsets)


def _places(rule: str, stretch: str, followed: bool) -> list[tuple[int, int]]:
    """Where the tokens of a stretch without spaces stand. followed: by a space and a capital letter, as an initial."""
    if not followed:
        return tokens_of(stretch, rule)
    return [place for place in tokens_of(stretch + _AFTER, rule) if place[1] <= len(stretch)]
