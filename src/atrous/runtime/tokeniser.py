"""Text to ids: bytes, characters, words or byte pairs. Every export carries a copy of this file.

Needs numpy alone, byte pairs `tokenizers` too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.errors import FolderError
from atrous.native import compiled
from atrous.runtime import bpe

KINDS = ("bytes", "characters", "words", "bpe")

PADDING = 0
UNKNOWN = 1
FIRST = 2  # the id of tokens[0], or of byte 0

_WORDS = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Tokeniser:
    """Turns a text into ids: 0 is padding, 1 an unknown token, tokens[i] has the id i + 2.

    kind: "bytes" of UTF-8 (id = byte + 2; nothing is unknown), "characters" (code points), or "words" (runs of letters,
        digits and underscores; every other character that is not a space stands alone), or "bpe" (byte pairs: bytes
        that often stand together, within a word; nothing is unknown).
    lower: whether the text is lower-cased first.
    tokens: the characters, words or merged bytes that have an id; empty for bytes.
    merges: for "bpe" the pairs in the order in which they are merged, a space between the two.

    Any `str` is accepted. A lone surrogate, which is no character, is three bytes to "bytes" and "bpe" (as UTF-8 would
    write it), and unknown to "characters" and "words" unless it is among the tokens.

    >>> words = Tokeniser("words", True, ("good", "!"))
    >>> words("Good, good!")
    array([2, 1, 2, 3], dtype=int32)
    >>> words.split("Good, good!")
    ['good', ',', 'good', '!']
    >>> Tokeniser("bytes", False, ())("é").tolist(), Tokeniser("bytes", False, ()).size
    ([197, 171], 258)

    Raises ValueError if the kind is unknown, if bytes come with tokens, if a token stands twice, if a token of
    "characters" is not one character, or if "bpe" lacks a byte or another kind has merges.
    Source: Sennrich, Haddow, Birch 2016, https://arxiv.org/abs/1508.07909 (byte pairs)
    """

    kind: str
    lower: bool
    tokens: tuple[str, ...]
    merges: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Tokeniser needs kind to be one of {', '.join(KINDS)}, got kind={self.kind!r}")
        if self.kind == "bytes" and self.tokens:
            raise ValueError(f"Tokeniser of bytes needs no tokens, got {len(self.tokens)}")
        if len(set(self.tokens)) < len(self.tokens):
            seen: set[str] = set()
            twice = next(token for token in self.tokens if token in seen or seen.add(token))  # type: ignore[func-returns-value]
            raise ValueError(f"Tokeniser needs distinct tokens, got {twice!r} twice")
        if self.kind == "bpe":
            self._check_pairs()
        elif self.merges:
            raise ValueError(f"Tokeniser of {self.kind} needs no merges, got {len(self.merges)}")
        if self.kind == "characters":
            for token in self.tokens:
                if len(token) != 1:
                    raise ValueError(f"Tokeniser of characters needs tokens of one character, got {token!r}")

    def _check_pairs(self) -> None:
        known = set(self.tokens)
        if lacking := [character for character in bpe.ALPHABET if character not in known]:
            raise ValueError(f"Tokeniser of bpe needs a token for every byte, has none for {len(lacking)} of 256")
        for merge in self.merges:
            pair = merge.split(" ")
            if len(pair) != 2 or not {*pair, "".join(pair)} <= known:
                raise ValueError(f"Tokeniser of bpe needs merges of two tokens to a token, got {merge!r}")

    @property
    def size(self) -> int:
        """How many ids there are, padding and unknown included."""
        return FIRST + (256 if self.kind == "bytes" else len(self.tokens))

    def __call__(self, text: str) -> NDArray[np.int32]:
        """The ids of a text. Shape: (tokens,), int32; an empty text gives none.

        >>> Tokeniser("characters", False, ("a", "b"))("abc").tolist()
        [2, 3, 1]
        """
        if self.lower:
            text = text.lower()
        if self.kind == "bytes":
            return np.frombuffer(_bytes(text), np.uint8).astype(np.int32) + np.int32(FIRST)
        if self.kind == "characters":
            codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
            ids: NDArray[np.int32] = self._table[np.minimum(codes, len(self._table) - 1)]
            return ids
        if self.kind == "bpe":
            return np.array(self._pairs.encode(" ".join(bpe.pieces(text))).ids, np.int32) + np.int32(FIRST)
        if self._compiled is not None:
            return np.frombuffer(self._compiled.ids([text])[0], np.int32)
        known, found = self._ids, _WORDS.findall(text)
        return np.fromiter((known.get(word, UNKNOWN) for word in found), np.int32, len(found))

    def many(self, texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The ids of every text, end to end, and where each text's begin, with a last number for where all end.

        >>> ids, starts = Tokeniser("words", True, ("good",)).many(["Good", "", "so good"])
        >>> ids.tolist(), starts.tolist()
        ([2, 1, 2], [0, 1, 1, 3])
        """
        if self._compiled is not None:
            ids, starts = self._compiled.ids(texts)
            return np.frombuffer(ids, np.int32), np.frombuffer(starts, np.int64)
        rows = [self(text) for text in texts]
        return np.concatenate([np.empty(0, np.int32), *rows]), np.cumsum([0, *map(len, rows)], dtype=np.int64)

    def look_up(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        """One id a token, where a text has been cut into its words, or its characters, already. Shape: (tokens,).

        >>> Tokeniser("words", True, ("u.s.", "troops")).look_up(["U.S.", "left"]).tolist()
        [2, 1]
        """
        known = self._ids
        return np.fromiter((known.get(token, UNKNOWN) for token in self.names(tokens)), np.int32, len(tokens))

    def names(self, tokens: Sequence[str]) -> Sequence[str]:
        """The tokens as they are looked up: in lower case, if texts are.

        A character stays one: of a capital letter that has two small ones, it is the first.

        >>> Tokeniser("characters", True, ()).names(["A", "\u0130"])
        ['a', 'i']
        """
        if not self.lower:
            return tokens
        if self.kind == "characters":
            return [token.lower()[:1] if len(token) == 1 else token.lower() for token in tokens]
        return [token.lower() for token in tokens]

    def split(self, text: str) -> list[str]:
        r"""The tokens of a text in readable form, one for each id that calling gives.

        A byte that is no printable ASCII character reads as \x and two hexadecimal digits.

        >>> Tokeniser("bytes", False, ()).split("né")
        ['n', '\\xc3', '\\xa9']
        """
        if self.lower:
            text = text.lower()
        if self.kind == "bytes":
            return [chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in _bytes(text)]
        if self.kind == "bpe":
            return [bpe.shown(token) for token in self._pairs.encode(" ".join(bpe.pieces(text))).tokens]
        return list(text) if self.kind == "characters" else _WORDS.findall(text)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in the text, as it was given, each token stands: its first character, and the one after its last.

        A byte stands where its character does; so does what a capital letter becomes that has two small ones.

        >>> Tokeniser("words", True, ()).spans("Good, good!")
        [(0, 4), (4, 5), (6, 10), (10, 11)]
        >>> Tokeniser("bytes", False, ()).spans("né")
        [(0, 1), (1, 2), (1, 2)]
        """
        # Of each character that is read: which of the text's own it is.
        own = [place for place, one in enumerate(text) for _ in one.lower()] if self.lower else range(len(text))
        text = text.lower() if self.lower else text
        if self.kind == "words":
            return [(own[word.start()], own[word.end() - 1] + 1) for word in _WORDS.finditer(text)]
        if self.kind == "characters":
            return [(place, place + 1) for place in own]
        bytes_ = [own[place] for place, one in enumerate(text) for _ in _bytes(one)]
        if self.kind == "bytes":
            return [(place, place + 1) for place in bytes_]
        ends = accumulate(map(len, self._pairs.encode(" ".join(bpe.pieces(text))).tokens), initial=0)
        return [(bytes_[start], bytes_[end - 1] + 1) for start, end in pairwise(ends)]

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads: plain strings, lists and booleans.

        >>> Tokeniser("words", True, ("good",)).to_json()
        {'kind': 'words', 'lower': True, 'tokens': ['good']}
        """
        found = {"kind": self.kind, "lower": self.lower, "tokens": list(self.tokens)}
        return {**found, "merges": list(self.merges)} if self.merges else found

    @classmethod
    def from_json(cls, values: Any) -> Tokeniser:
        """The tokeniser that `to_json` wrote; raises FolderError if it is not one.

        >>> Tokeniser.from_json({"kind": "bytes", "lower": False, "tokens": []}).size
        258
        """
        try:
            if not isinstance(values, Mapping) or set(values) - {"merges"} != {"kind", "lower", "tokens"}:
                raise ValueError(f"expected kind, lower and tokens, got {_shown(values)}")
            kind, lower, tokens = values["kind"], values["lower"], values["tokens"]
            if kind not in KINDS:
                raise ValueError(f"expected kind to be one of {', '.join(KINDS)}, got {_shown(kind)}")
            if not isinstance(lower, bool):
                raise ValueError(f"expected lower to be true or false, got {_shown(lower)}")
            merges = values.get("merges", [])
            for name, texts in (("tokens", tokens), ("merges", merges)):
                if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
                    raise ValueError(f"expected {name} to be a list of texts, got {_shown(texts)}")
            return cls(kind, lower, tuple(tokens), tuple(merges))
        except ValueError as error:
            raise FolderError(
                f"the model's tokeniser cannot be read: {error}; the folder is damaged or of another version, "
                "so copy or train the model again"
            ) from error

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        # Its last entry stands for every code point above the highest token.
        table = np.full(max(map(ord, self.tokens), default=-1) + 2, UNKNOWN, np.int32)
        table[[ord(token) for token in self.tokens]] = np.arange(FIRST, self.size)
        return table

    @cached_property
    def _pairs(self) -> Any:
        return bpe.encoder(self.tokens, self.merges)

    @cached_property
    def _compiled(self) -> Any:
        """The compiled table of words; None where there is none."""
        if self.kind != "words" or compiled is None:
            return None
        return compiled.Words(self.tokens, self.lower, FIRST, UNKNOWN)

    def __reduce__(self) -> tuple[Any, ...]:
        return Tokeniser, (self.kind, self.lower, self.tokens, self.merges)  # what is cached is made again

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {token: place for place, token in enumerate(self.tokens, FIRST)}


def _bytes(text: str) -> bytes:
    # "surrogatepass" and not "replace": two texts that differ keep different ids.
    return text.encode("utf-8", "surrogatepass")


def _shown(value: object) -> str:
    """A value in an error: its keys if it has any, cut where it is long."""
    written = ", ".join(map(str, value)) if isinstance(value, Mapping) else repr(value)
    return written if len(written) <= 60 else f"{written[:60]}..."
