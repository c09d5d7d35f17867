"""What a word looks like, as numbers: its shape, how it begins and ends, and its hashes. Every export carries a copy.

Nothing is learnt here and no vocabulary is needed: every word has features, also one that was never seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHAPES = (
    "lower",
    "initial capital",
    "capitals",
    "capital",
    "several capitals",
    "inner capital",
    "without case",
    "lower and signs",
    "capitals and signs",
    "mixed and signs",
    "digits",
    "digits and signs",
    "letters and digits",
    "signs",
)
AFFIXES = 2000  # ids that the affixes of one length share by hashing
LONGEST = 10  # letters of an affix, at most
_HASHES = 2
_KNOWN = 200_000  # words whose features are remembered


@dataclass(frozen=True)
class Features:
    """The features of words that a model reads beside their ids.

    shape: whether a word's shape is read, one of `SHAPES`.
    affixes: of how many letters, from 1 on, beginnings and ends are read; of a shorter word the whole word.
    hashed: how many ids all words share, each having two of them by hashing; 0 for none.

    Calling gives (words, kinds), int32: the shape, beginnings of 1, 2, ... letters, ends of as many, two hashes. An id
    is 1 or more, 0 stands where there is no word. They are the same on every machine.

    >>> features = Features(shape=True, affixes=2, hashed=50)
    >>> features(["London", "Lyon"]).shape, features.kinds, features.sizes
    ((2, 7), 7, (15, 2001, 2001, 2001, 2001, 51, 51))

    Raises ValueError if there is no feature, affixes are not from 0 to 10, or hashed is below 0.
    Source: shapes: Strubell et al. 2017, section 6, https://arxiv.org/abs/1702.02098; two hashes: Svenstrup, Hansen,
    Winther 2017, section 3, https://arxiv.org/abs/1709.03933
    """

    shape: bool = False
    affixes: int = 0
    hashed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.affixes <= LONGEST or self.hashed < 0 or not (self.shape or self.affixes or self.hashed):
            raise ValueError(
                f"Features needs a shape, affixes of 1 to {LONGEST} letters, or hashed >= 1, got shape={self.shape}, "
                f"affixes={self.affixes}, hashed={self.hashed}"
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of each kind, how many ids there are, 0 included."""
        own = (len(SHAPES) + 1,) * self.shape
        return own + (AFFIXES + 1,) * (2 * self.affixes) + (self.hashed + 1,) * (_HASHES * bool(self.hashed))

    @property
    def kinds(self) -> int:
        """How many numbers a word has."""
        return len(self.sizes)

    def __call__(self, words: Sequence[str], *, lower: bool = False) -> NDArray[np.int32]:
        """The features of every word; lower: whether all but the shape are those of the word in small letters.

        >>> Features(affixes=1)(["Ab", "ab"], lower=True).tolist() == Features(affixes=1)(["ab"] * 2).tolist()
        True
        """
        known = self._known
        if len(known) > _KNOWN:
            known.clear()
        rows = []
        for word in words:
            found = known.get((word, lower))
            if found is None:
                found = known[word, lower] = self._of(word, word.lower() if lower else word)
            rows.append(found)
        return np.array(rows, np.int32).reshape(len(words), self.kinds)

    def _of(self, word: str, name: str) -> tuple[int, ...]:
        found = [SHAPES.index(shape_of(word)) + 1] if self.shape else []
        lengths = range(1, self.affixes + 1)
        found += [_affix(name[:length]) for length in lengths]
        found += [_affix(name[-length:]) for length in lengths]
        if self.hashed:
            both = _hash(name)
            found += [half % self.hashed + 1 for half in (both & 0xFFFFFFFF, both >> 32)]
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; what is not used is left out.

        >>> Features(affixes=3).to_json()
        {'affixes': 3}
        """
        values = {"shape": self.shape, "affixes": self.affixes, "hashed": self.hashed}
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, values: Any) -> Features:
        """What `to_json` wrote; raises ValueError if it is something else."""
        if not isinstance(values, Mapping) or not set(values) <= {"shape", "affixes", "hashed"}:
            raise ValueError(f"expected shape, affixes and hashed, got {values!r:.60}")
        shape, affixes, hashed = values.get("shape", False), values.get("affixes", 0), values.get("hashed", 0)
        if not isinstance(shape, bool) or type(affixes) is not int or type(hashed) is not int or hashed >= 2**31:
            raise ValueError(f"expected shape to be a boolean, affixes and hashed to be numbers, got {values!r:.60}")
        return cls(shape, affixes, hashed)

    @cached_property
    def _known(self) -> dict[tuple[str, bool], tuple[int, ...]]:
        return {}


def shape_of(word: str) -> str:
    """Which of `SHAPES` a word has.

    >>> [shape_of(word) for word in ("paper", "London", "EU", "A", "McKay", "iPhone", "1996-97", "U.S.", "東京", "...")]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['lower', 'initial capital', 'capitals', 'capital', 'several capitals', 'inner capital', 'digits and signs',
     'capitals and signs', 'without case', 'signs']
    """
    # Of ASCII what kinds of letters stand where is all that counts, and that is much the same for many words.
    return _of_kinds(word.translate(_KINDS)) if word.isascii() else _shape_of(word)


_KINDS = {code: "a" if chr(code).islower() else "A" if chr(code).isupper() else "0" if chr(code).isdigit() else "-"
          for code in range(128)}  # fmt: skip


@lru_cache(_KNOWN)
def _of_kinds(word: str) -> str:
    return _shape_of(word)


def _shape_of(word: str) -> str:
    letters = any(map(str.isalpha, word))
    digits = any(one.isnumeric() and not one.isalpha() for one in word)  # 三 is both, and a letter here
    signs = not all(one.isalnum() for one in word)
    if digits:
        return "letters and digits" if letters else "digits and signs" if signs else "digits"
    if not letters:
        return "signs"
    capitals, small = any(map(_is_capital, word)), any(map(str.islower, word))
    if not capitals and not small:
        return "without case"
    if signs:
        return "lower and signs" if not capitals else "mixed and signs" if small else "capitals and signs"
    if not capitals:
        return "lower"
    if not small:
        return "capital" if len(word) == 1 else "capitals"
    if not _is_capital(word[0]):
        return "inner capital"
    return "several capitals" if any(map(_is_capital, word[1:])) else "initial capital"


def _is_capital(letter: str) -> bool:
    return letter.isupper() or letter.istitle()


@lru_cache(_KNOWN)
def _affix(text: str) -> int:
    return _hash(text) % AFFIXES + 1


def _hash(text: str) -> int:
    """64 bits of a text. One hash, and no CRC: two of those with other starts differ by the same bits for all texts."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
