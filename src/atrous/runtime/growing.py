"""A row that arrives in pieces, to the arrays that are decided of it. Needs what the reader needs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from atrous.errors import DataError
from atrous.runtime.arrays import Arrays, padded, steps_of
from atrous.runtime.pieces import Pieces
from atrous.runtime.reader import Reader, Row


class Growing:
    """What a reader reads of a row that arrives in pieces: the arrays of the whole row, end to end, however it is cut.

    A piece is a part of what the reader takes as a row: of a text, or of a pair of texts (one of the two may be empty),
    or of a series, as text or as numbers. Of two representations as many steps go out as both have decided; those
    of the longer one wait. What is beyond the reader's `max_steps` is not there.

    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> row = Growing(Reader(Tokeniser("words", True, ("good", "film"))))
    >>> [row.push(piece)["ids"].tolist() for piece in ("A go", "od fi", "lm")], row.finish()["ids"].tolist()
    ([[1], [2], []], [3])
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        first = replace(reader, beside=None, two_texts=False, max_steps=None)
        self._parts: list[tuple[Pieces, Callable[[Row], Arrays]]] = []
        if reader.tokeniser is None:
            self._parts.append((Pieces("numbers", lower=False), first))
        else:
            self._parts.append((Pieces(reader.tokeniser.kind, lower=reader.tokeniser.lower), first))
        if (beside := reader.beside) is not None:
            self._parts.append((Pieces(beside.kind, lower=beside.lower), lambda text: {"beside": beside(text)}))
        self._held = reader.empty
        self._steps = 0
        self._given = 0  # steps of the row that went out

    def check(self, piece: Row) -> None:
        """Raise TypeError for what is no piece; whether numbers are some, only reading them tells."""
        if self.reader.series is None:
            self.reader.texts(piece)

    def push(self, piece: Row) -> Arrays:
        """The arrays of the steps that one more piece decides.

        Raises TypeError and DataError as the reader does; then the row is as it was.
        """
        if self.reader.series is not None:
            return self._cut(self._numbers(piece))
        texts = self.reader.texts(piece)
        found = [read(pieces.push(text)) for (pieces, read), text in zip(self._parts, texts, strict=False)]
        return self._cut(self._decided(found, ended=False))

    def finish(self) -> Arrays:
        """The arrays of the steps that were held back: here the row ends. The next piece begins another.

        Raises DataError as the reader does; then the row is as it was.
        """
        if self.reader.series is not None:
            found, self._steps = self._numbers([]), 0
        else:
            found = self._decided([read(pieces.finish()) for pieces, read in self._parts], ended=True)
        found, self._given = self._cut(found), 0
        return found

    def _cut(self, found: Arrays) -> Arrays:
        if self.reader.max_steps is not None:
            found = {name: array[: self.reader.max_steps - self._given] for name, array in found.items()}
        self._given += steps_of(found)
        return found

    def _numbers(self, piece: Row) -> Arrays:
        ((pieces, read),) = self._parts
        pieces = copy.deepcopy(pieces)  # what is no number changes nothing
        text = isinstance(piece, str)
        before = self._read(read, "" if text else pieces.finish())
        found = joined(before, self._read(read, pieces.push(piece) if text else piece))
        self._parts = [(pieces, read)]
        self._steps += len(found["values"])
        return found

    def _read(self, read: Callable[[Row], Arrays], row: Row) -> Arrays:
        try:
            return read(row)
        except DataError as error:
            raise DataError(f"after {self._steps} steps, {error}" if self._steps else str(error)) from error

    def _decided(self, found: list[Arrays], *, ended: bool) -> Arrays:
        whole = joined(self._held, {name: array for arrays in found for name, array in arrays.items()})
        if ended:
            self._held = self.reader.empty
            steps = max(map(len, whole.values()))
            # The shorter of two representations ends in 0, as in a whole row.
            return {name: padded(array, steps) for name, array in whole.items()}
        steps = min(map(len, whole.values()))
        self._held = {name: array[steps:].copy() for name, array in whole.items()}
        return {name: array[:steps] for name, array in whole.items()}


def joined(first: Arrays, then: Arrays) -> Arrays:
    """The steps of two arrays of every name, end to end."""
    return {name: np.concatenate([array, then[name]]) for name, array in first.items()}
