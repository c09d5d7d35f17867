"""A row of data to named arrays, one a representation. Needs numpy alone; every export carries a copy of this file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from atrous.errors import FolderError
from atrous.runtime.arrays import Arrays, padded, steps_of
from atrous.runtime.cutting import RULES, tokens_of
from atrous.runtime.features import Features
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

LETTERS = 1000  # of a token, at most

Row: TypeAlias = Any  # str | tuple[str, str] | numbers, see Reader


@dataclass(frozen=True)
class Reader:
    """What a model reads of a row: named arrays whose first axis is the row's steps.

    tokeniser: of the text; None if rows are series of numbers.
    beside: a second tokeniser, for a second representation of the row: of the same text, or, with `two_texts`, of a
        second text, another language say.
    two_texts: whether a row is a tuple of two texts.
    spelling: a tokeniser of characters, for the letters of every token; `letters` of them, longer tokens being cut.
    features: what else is read of every word: its shape, its affixes, its hashes.
    series: the scale of the values, if rows are series.
    max_steps: how many steps are read of a row at most; the rest is not there. None for all.
    rule: how a text is cut into the tokens that have a tag each, as in `atrous.runtime.cutting`; then a row may also be
        the list of its tokens, and every token is a step. None if texts are not tagged.

    A row is a text, or a tuple of two, or a series (a text such as "1.5 ? 3", or a list of numbers). It becomes

        ids         (steps,)           tokens
        beside      (steps,)           tokens of the second representation; the shorter of the two ends in 0
        characters  (steps, letters)   letters of each token; 0 after its last one
        features    (steps, kinds)     what each word looks like
        values      (steps, features)  numbers; NaN where one is missing

    >>> words = Tokeniser("words", True, ("good", "film"))
    >>> Reader(words)("good film")
    {'ids': array([2, 3], dtype=int32)}
    >>> letters = Tokeniser("characters", False, tuple("defgilmo"))
    >>> both = Reader(words, beside=letters)("Good")
    >>> both["ids"].tolist(), both["beside"].tolist()
    ([2, 0, 0, 0], [1, 9, 9, 2])
    >>> Reader(series=Series((0.0,), (1.0,)))("1.5 ? 3")["values"].tolist()
    [[1.5], [nan], [3.0]]

    Raises ValueError if it is told to read nothing, or what does not go together.
    """

    tokeniser: Tokeniser | None = None
    beside: Tokeniser | None = None
    two_texts: bool = False
    spelling: Tokeniser | None = None
    letters: int = 0
    series: Series | None = None
    max_steps: int | None = None
    rule: str | None = None
    features: Features | None = None

    def __post_init__(self) -> None:
        if (self.tokeniser is None) == (self.series is None):
            raise ValueError("Reader needs either a tokeniser or a series")
        if self.tokeniser is None and (self.beside or self.spelling):
            raise ValueError("Reader of a series needs neither a second tokeniser nor spelling")
        if self.two_texts and self.beside is None:
            raise ValueError("Reader of two texts needs a second tokeniser")
        if (self.spelling is None) != (self.letters == 0) or self.letters < 0:
            raise ValueError(f"Reader needs spelling and letters >= 1, or neither, got letters={self.letters}")
        if self.max_steps is not None and self.max_steps < 1:
            raise ValueError(f"Reader needs max_steps >= 1 or None, got max_steps={self.max_steps}")
        if self.rule is not None and (self.rule not in RULES or self.tokeniser is None or self.beside is not None):
            raise ValueError(f"Reader needs one tokeniser and a rule of {', '.join(RULES)}, got rule={self.rule!r}")
        if self.features is not None:
            self._check_features(self.features)
        if self.spelling is not None and self.spelling.kind != "characters":
            raise ValueError(f"Reader needs spelling in characters, got {self.spelling.kind}")

    def _check_features(self, features: Features) -> None:
        if self.tokeniser is None or self.tokeniser.kind != "words":
            raise ValueError("Reader needs a tokeniser of words to read features of them")
        if features.shape and self.tokeniser.lower and self.rule is None:
            raise ValueError("Reader needs texts as they are to read shapes of words, got lower-cased ones")

    @property
    def sizes(self) -> dict[str, int]:
        """Of each array it gives, by name, how many ids there are, or features.

        >>> Reader(Tokeniser("bytes", False, ())).sizes
        {'ids': 258}
        """
        if self.series is not None:
            return {"values": self.series.features}
        parts = {"ids": self.tokeniser, "beside": self.beside, "characters": self.spelling}
        found = {name: part.size for name, part in parts.items() if part is not None}
        return found if self.features is None else {**found, "features": max(self.features.sizes)}

    @property
    def empty(self) -> Arrays:
        """The arrays of a row of no steps: their names, types and further axes."""
        return self(("", "") if self.two_texts else "")

    def __call__(self, row: Row) -> Arrays:
        """The arrays of a row. Raises DataError for a text that is no series, TypeError for a row of another kind.

        >>> Reader(Tokeniser("bytes", False, ()), max_steps=2)("abc")["ids"].tolist()
        [99, 100]
        """
        return {name: array[: self.max_steps] for name, array in self.whole(row).items()}

    def cuts(self, row: Row) -> bool:
        """Whether the row has more steps than are read."""
        return self.max_steps is not None and steps_of(self.whole(row)) > self.max_steps

    def whole(self, row: Row) -> Arrays:
        """The arrays of a row, however long it is. Raises what calling raises."""
        if self.series is not None:
            return {"values": self.series(row)}
        tokeniser = cast(Tokeniser, self.tokeniser)
        if self.rule is not None:
            tokens: Sequence[str] = self.cut(row)[1]
            return self._of_tokens(tokeniser.look_up(tokens), tokens)
        text, other = self.texts(row)
        plain = self.spelling is None and self.features is None
        found = self._of_tokens(tokeniser(text), [] if plain else tokeniser.split(text))
        if self.beside is not None:
            found["beside"] = self.beside(other)
        steps = max(map(len, found.values()))
        return {name: padded(array, steps) for name, array in found.items()}

    @property
    def plain(self) -> bool:
        """Whether a row is one text, and nothing is read of it but the ids of its tokens.

        >>> Reader(Tokeniser("bytes", False, ())).plain
        True
        """
        others = (self.beside, self.spelling, self.series, self.features, self.rule)
        return self.tokeniser is not None and all(part is None for part in others)

    def many(self, rows: Sequence[Row]) -> tuple[NDArray[np.int32], NDArray[np.int64], int]:
        """The ids of every row, end to end; where each row's begin, and where all end; and how many rows were cut.

        >>> ids, starts, cut = Reader(Tokeniser("bytes", False, ()), max_steps=2).many(["abc", "d"])
        >>> ids.tolist(), starts.tolist(), cut
        ([99, 100, 102], [0, 2, 3], 1)

        Raises TypeError for a row that is no text, and ValueError if the reader is not plain.
        """
        if not self.plain:
            raise ValueError("Reader reads more than the ids of one text a row")
        ids, starts = cast(Tokeniser, self.tokeniser).many([self.texts(row)[0] for row in rows])
        lengths = np.diff(starts)
        most = self.max_steps
        if most is None or lengths.max(initial=0) <= most:
            return ids, starts, 0
        kept = np.arange(len(ids)) - np.repeat(starts[:-1], lengths) < most
        starts = np.concatenate([np.zeros(1, np.int64), np.minimum(lengths, most).cumsum()])
        return ids[kept], starts, int((lengths > most).sum())

    def _of_tokens(self, ids: NDArray[np.int32], tokens: Sequence[str]) -> Arrays:
        """What every token gives: its id, and its letters and features if they are read."""
        found: Arrays = {"ids": ids}
        if self.spelling is not None:
            found["characters"] = _spelled(self.spelling, tokens, self.letters)
        if self.features is not None:
            found["features"] = self.features(tokens, lower=cast(Tokeniser, self.tokeniser).lower)
        return found

    def cut(self, row: Row) -> tuple[str, list[str], list[tuple[int, int]]]:
        """The text of a row that is to be tagged, its tokens, and where each stands: text[start:end] is the token.

        A row that comes as tokens has a text with a space between each two.

        >>> Reader(Tokeniser("words", True, ()), rule="fine").cut("Ann left.")
        ('Ann left.', ['Ann', 'left', '.'], [(0, 3), (4, 8), (8, 9)])

        Raises TypeError for a row that is neither a text nor a sequence of tokens.
        """
        if isinstance(row, str):
            places = tokens_of(row, self.rule or "fine")
            return row, [row[start:end] for start, end in places], places
        if not isinstance(row, Sequence) or not all(isinstance(token, str) for token in row):
            raise TypeError(f"Reader needs texts, or sequences of tokens, got {_kind(row)}")
        tokens = list(row)
        between = "" if self.rule == "characters" else " "
        starts = [0, *accumulate(len(token) + len(between) for token in tokens)]
        return between.join(tokens), tokens, [(at, at + len(token)) for at, token in zip(starts, tokens, strict=False)]

    def texts(self, row: Row) -> tuple[str, str]:
        """The text of each representation. Raises TypeError for a row that is no text, or no pair of two."""
        if self.two_texts:
            if isinstance(row, tuple) and len(row) == 2 and all(isinstance(text, str) for text in row):
                return row
            raise TypeError(f"Reader needs pairs of texts, (text, beside), got {_kind(row)}")
        if not isinstance(row, str):
            raise TypeError(f"Reader needs texts, got {_kind(row)}")
        return row, row

    def rows(self, given: Any) -> list[Row]:
        """What a caller gave, one row or a sequence of them, as a list of rows.

        >>> Reader(Tokeniser("bytes", False, ())).rows("one text")
        ['one text']

        Raises TypeError for what is neither.
        """
        if isinstance(given, bytes) or not isinstance(given, Iterable):
            raise TypeError(f"expected a text or a sequence of them, got {type(given).__name__}")
        one = isinstance(given, str) or (self.two_texts and isinstance(given, tuple))
        return [given] if one else list(given)

    def one(self, given: Any) -> Row:
        """The row that a caller gave, or a sequence of it alone. Raises TypeError for several, and for what is none.

        >>> Reader(Tokeniser("bytes", False, ())).one(["one text"])
        'one text'
        """
        if self.series is not None:
            return given
        rows = self.rows(given)
        if len(rows) != 1:
            raise TypeError(f"expected one text, got {len(rows)}")
        return rows[0]

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; what is not used is left out.

        >>> Reader(Tokeniser("bytes", False, ())).to_json()
        {'tokeniser': {'kind': 'bytes', 'lower': False, 'tokens': []}}
        """
        parts = {name: getattr(self, name) for name in _PARTS}
        found = {name: part.to_json() for name, part in parts.items() if part is not None}
        if self.two_texts:
            found["two_texts"] = True
        for name in ("letters", "max_steps", "rule"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        return found

    @classmethod
    def from_json(cls, values: Any) -> Reader:
        """The reader that `to_json` wrote; raises FolderError if it is not one.

        >>> Reader.from_json({"tokeniser": {"kind": "bytes", "lower": False, "tokens": []}}).sizes
        {'ids': 258}
        """
        try:
            if not isinstance(values, Mapping) or not set(values) <= {*_PARTS, *_OTHERS}:
                raise ValueError(f"expected an object of {', '.join(_PARTS)}, got {values!r:.60}")
            two_texts, letters = values.get("two_texts", False), values.get("letters", 0)
            if not isinstance(two_texts, bool) or not isinstance(letters, int) or not letters <= LETTERS:
                raise ValueError(f"expected two_texts and letters to be a boolean and a number, got {values!r:.60}")
            max_steps = values.get("max_steps")
            if max_steps is not None and (not isinstance(max_steps, int) or isinstance(max_steps, bool)):
                raise ValueError(f"expected max_steps to be a whole number, got {max_steps!r:.60}")
            parts = {name: kind.from_json(values[name]) for name, kind in _PARTS.items() if name in values}
            rule = values.get("rule")
            if rule is not None and not isinstance(rule, str):
                raise ValueError(f"expected rule to be a text, got {rule!r:.60}")
            return cls(**parts, two_texts=two_texts, letters=letters, max_steps=max_steps, rule=rule)
        except ValueError as error:
            raise FolderError(
                f"what the model reads cannot be understood: {error}; the folder is damaged or of another version, "
                "so copy or train the model again"
            ) from error


_PARTS: dict[str, Any] = {
    "tokeniser": Tokeniser,
    "beside": Tokeniser,
    "spelling": Tokeniser,
    "series": Series,
    "features": Features,
}

_OTHERS = ("two_texts", "letters", "max_steps", "rule")


def _spelled(spelling: Tokeniser, tokens: Sequence[str], letters: int) -> NDArray[np.int32]:
    found = np.zeros((len(tokens), letters), np.int32)
    for place, token in enumerate(tokens):
        ids = spelling(token)[:letters]
        found[place, : len(ids)] = ids
    return found


def _kind(row: object) -> str:
    return f"{type(row).__name__}: {row!r:.60}"
