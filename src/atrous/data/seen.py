"""The words of the training rows, whatever the vocabulary left out: what else a tagger meets is unknown to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.data.tables import Row
from atrous.runtime.tokeniser import Tokeniser

Words = frozenset[str]


def words_of(rows: Iterable[Row], tokeniser: Tokeniser) -> Words:
    """The tokens of these rows, in lower case if they are looked up so.

    >>> row = Row("Ann left", "", "", 1, tokens=("Ann", "left"))
    >>> sorted(words_of([row], Tokeniser("words", True, ())))
    ['ann', 'left']
    """
    found: set[str] = set()
    for row in rows:
        found.update(tokeniser.names(row.tokens or ()))
    return frozenset(found)


def unseen(rows: Sequence[Row], starts: NDArray[np.int64], known: Words, tokeniser: Tokeniser) -> NDArray[np.bool_]:
    """Which of all steps are words that are not among the known, (steps,); row r has starts[r + 1] - starts[r] of them.

    >>> row = Row("Ann left", "", "", 1, tokens=("Ann", "left"))
    >>> unseen([row], np.array([0, 2]), frozenset({"ann"}), Tokeniser("words", True, ())).tolist()
    [False, True]
    """
    found = np.zeros(starts[-1], np.bool_)
    for row, start, end in zip(rows, starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        names = tokeniser.names((row.tokens or ())[: end - start])
        found[start:end] = [name not in known for name in names]
    return found


def to_json(known: Words, tokens: Sequence[str]) -> dict[str, Any]:
    """What `from_json` reads: how many first tokens of the vocabulary are known words, and the others of these.

    A lone surrogate is left out, so that it can be written as UTF-8.

    >>> to_json(frozenset({"ann", "left", "rome"}), ("left", "ann", "a_word_of_a_file_of_vectors"))
    {'tokens': 2, 'words': ['rome']}
    """
    own = next((place for place, token in enumerate(tokens) if token not in known), len(tokens))
    others = known.difference(tokens[:own])
    return {"tokens": own, "words": sorted(word for word in others if word.isascii() or _is_text(word))}


def from_json(value: Any, tokens: Sequence[str]) -> Words:
    """The words that `to_json` wrote. Raises ValueError if they are not that.

    >>> sorted(from_json({"tokens": 1, "words": ["rome"]}, ("left", "other")))
    ['left', 'rome']
    """
    own, words = (value.get("tokens"), value.get("words")) if isinstance(value, dict) else (None, None)
    if type(own) is not int or not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"expected the words of the training rows, got {value!r:.60}")
    return frozenset(words).union(tokens[:own])


def _is_text(word: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in word)
