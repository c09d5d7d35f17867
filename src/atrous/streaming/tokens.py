"""A row to be tagged that arrives in pieces, cut into tokens as they are decided."""

from __future__ import annotations

from collections.abc import Sequence

from atrous.runtime.arrays import Arrays
from atrous.runtime.cutting import tokens_of
from atrous.runtime.lexicon import Cut
from atrous.runtime.pieces import Pieces
from atrous.runtime.reader import Reader, Row
from atrous.runtime.tokeniser import FIRST

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # how an id that stands for no token is spelled


class Tokens:
    """The tokens of one row, however it is cut into pieces, held until they are given out with their tags.

    reader: of rows that are tagged. What is beyond its `max_steps` is not there.

    A piece is a part of a text, or a list of tokens; all pieces of a row are the one or the other. A token of a text is
    decided as `Pieces` says for the reader's rule.
    Memory: what was not given out yet.

    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> row = Tokens(Reader(Tokeniser("words", False, ("Ann", "left")), rule="fine"))
    >>> [row.push(piece)["ids"].tolist() for piece in ("An", "n le", "ft")], row.finish()["ids"].tolist()
    ([[], [2], []], [3])
    >>> row.give(1), row.give(1, ended=True)
    ((('Ann', ['Ann'], [(0, 3)]), 0), ((' left', ['left'], [(1, 5)]), 3))
    """

    def __init__(self, reader: Reader) -> None:
        self._reader, self._rule = reader, reader.rule or "fine"
        self._pieces = Pieces(self._rule, lower=False)
        self._listed: bool | None = None  # whether its pieces are lists of tokens
        self._read = 0  # tokens so far
        self._cut_to = 0  # where in the whole text the next one may begin
        self._text: list[str] = []  # what was not given out; joined once
        self._at = 0  # where that begins in the whole text
        self._tokens: list[str] = []
        self._offsets: list[tuple[int, int]] = []  # in the whole text

    def check(self, piece: Row) -> None:
        """Raise TypeError for what is no piece, and for one of another kind than those before."""
        listed = not isinstance(piece, str)
        self._reader.cut(piece if listed else "")
        if self._listed not in (None, listed):
            kinds = ("texts", "lists of tokens")
            raise TypeError(f"its pieces were {kinds[not listed]}, which {kinds[listed]} cannot go on")

    def push(self, piece: Row) -> Arrays:
        """The arrays of the tokens that one more piece decides. Raises what `check` raises; then nothing changed."""
        self.check(piece)
        self._listed = not isinstance(piece, str)
        if self._listed:
            return self._written(list(piece))
        if self._full:
            return self._reader.empty
        self._text.append(piece)
        return self._cut(self._pieces.push(piece))

    def finish(self) -> Arrays:
        """The arrays of the tokens that were held back: here the row ends."""
        return self._reader.empty if self._full else self._cut(self._pieces.finish())

    def spelled(self, arrays: Arrays) -> Arrays:
        """The same arrays of steps that somebody else has read; their tokens are those that their ids stand for."""
        known = self._reader.tokeniser.tokens if self._reader.tokeniser is not None else ()
        words = [known[number - FIRST] if number >= FIRST else _UNKNOWN for number in arrays["ids"].tolist()]
        count = len(self._written(words)["ids"])
        return {name: array[:count] for name, array in arrays.items()}

    def give(self, count: int, *, ended: bool = False) -> tuple[Cut, int]:
        """The text up to the end of so many more tokens, or to its own, and where it begins in the whole text.

        The places of its tokens are counted from there.
        """
        text, begin = "".join(self._text), self._at
        end = len(text) if ended else self._offsets[count - 1][1] - begin if count else 0
        places = [(start - begin, stop - begin) for start, stop in self._offsets[:count]]
        cut = (text[:end], self._tokens[:count], places)
        self._text, self._at = [text[end:]], begin + end
        self._tokens, self._offsets = self._tokens[count:], self._offsets[count:]
        return cut, begin

    @property
    def _full(self) -> bool:
        """Whether all is there that is read of the row."""
        return self._reader.max_steps is not None and self._read >= self._reader.max_steps

    def _cut(self, text: str) -> Arrays:
        """The arrays of a text that is decided."""
        # The character after it, where it is known, may say how the last word is cut.
        places = [place for place in tokens_of(text + self._pieces.next, self._rule) if place[1] <= len(text)]
        begin, self._cut_to = self._cut_to, self._cut_to + len(text)
        return self._add(
            [text[start:end] for start, end in places], [(begin + start, begin + end) for start, end in places]
        )

    def _written(self, words: Sequence[str]) -> Arrays:
        """The arrays of tokens that come without a text: it has a space between each two of them."""
        between, offsets = "" if self._rule == "characters" else " ", []
        for number, word in enumerate(words, self._read):
            before = between if number else ""
            start = self._cut_to + len(before)
            self._cut_to = start + len(word)
            offsets.append((start, self._cut_to))
            if not self._full:
                self._text.append(before + word)
        return self._add(words, offsets)

    def _add(self, words: Sequence[str], offsets: Sequence[tuple[int, int]]) -> Arrays:
        most = self._reader.max_steps
        left = len(words) if most is None else min(len(words), most - self._read)
        self._tokens += words[:left]
        self._offsets += offsets[:left]
        self._read += left
        if left < len(words) or (left and self._full):
            # Nothing of the text after the last token that is read is kept, of which there may be any amount.
            end = (self._offsets[-1][1] if self._offsets else self._at) - self._at
            self._text = ["".join(self._text)[:end]]
        return self._reader.whole(list(words[:left]))
