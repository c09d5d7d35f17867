"""Lines that are still being written, each a text, answered as they come."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from atrous.errors import DataError
from atrous.runtime.arrays import Arrays, steps_of
from atrous.runtime.growing import Growing, joined
from atrous.runtime.readable import AnyAnswer
from atrous.streaming.session import Session

TOGETHER = 256  # lines that have ended and are read together


class Said(NamedTuple):
    """What a model says of a line: of all of it, or of its first so many tokens while it is still being written.

    line: its number, from 1.
    """

    line: int
    tokens: int
    final: bool
    answer: AnyAnswer


def read_lines(session: Session, blocks: Iterable[str], *, every: int | None = None, name: str = "") -> Iterator[Said]:
    r"""The answer to every line, and what is decided of it on the way.

    blocks: the text as it comes, cut anywhere; a line ends in \n or \r\n, the last one may end without.
    name: of what is read, for errors.
    every: say what is decided after each so many tokens of a line; None says it after each block that ends within one.

    Nothing is said on the way while nothing is decided. The session is empty before and after.

    >>> from atrous.bundle import Bundle
    >>> from atrous.config import Settings
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> bundle = Bundle.fresh(Settings(), Reader(Tokeniser("bytes", False, ())), ("bad", "good"))
    >>> with Session(bundle) as session:
    ...     [said[:3] for said in read_lines(session, ["what a", " film\ndu", "ll"])]
    [(1, 6, False), (1, 11, True), (2, 2, False), (2, 4, False), (2, 4, True)]

    Raises ValueError if every is below 1, and DataError, naming the line, for a series that is none.
    """
    if every is not None and every < 1:
        raise ValueError(f"read_lines needs every >= 1, got every={every}")
    lines = _Lines(session, every, name)
    for block in without_returns(blocks):
        *ended, begun = block.split("\n")
        for start in range(0, len(ended), TOGETHER):
            yield from lines.end(ended[start : start + TOGETHER])
        yield from lines.go_on(begun)
    if lines.begun:
        yield from lines.end([""])


def without_returns(blocks: Iterable[str]) -> Iterator[str]:
    r"""The blocks with \n for every \r\n, none of which a block's end cuts in two."""
    held = ""
    for block in blocks:
        whole = held + block
        held = "\r" if whole.endswith("\r") else ""
        yield whole[: len(whole) - len(held)].replace("\r\n", "\n")
    if held:
        yield held


class _Lines:
    """The line that is being written, and those that have ended."""

    def __init__(self, session: Session, every: int | None, name: str) -> None:
        self.session, self.every, self.name = session, every, name
        self.number, self.tokens, self.begun = 1, 0, False
        self.growing = Growing(session.bundle.reader)

    def go_on(self, text: str) -> Iterator[Said]:
        """More of the line that is being written."""
        if text:
            self.begun = True
            yield from self._read(self._told(text))

    def end(self, texts: Sequence[str]) -> Iterator[Said]:
        """The rest of that line, and whole lines after it."""
        ended: dict[int, int] = {}  # the tokens of each line
        waiting: dict[int, Arrays] = {}
        try:
            for text in texts:
                arrays = self._told(text, ended=True)
                if self.every is not None:
                    yield from self._read(arrays)
                    arrays = self.session.bundle.reader.empty
                waiting[self.number] = arrays
                ended[self.number] = self.tokens + steps_of(arrays)
                self.number, self.tokens, self.begun = self.number + 1, 0, False
                if self.every is not None:
                    yield from self._final(ended, waiting)
        except DataError:
            yield from self._final(ended, waiting)
            raise
        yield from self._final(ended, waiting)

    def _final(self, ended: dict[int, int], waiting: dict[int, Arrays]) -> Iterator[Said]:
        self.session.push_steps(waiting)
        answers = self.session.finish_all(ended)
        said = [Said(number, tokens, True, answers[number]) for number, tokens in ended.items()]
        ended.clear()
        waiting.clear()
        yield from said

    def _read(self, arrays: Arrays) -> Iterator[Said]:
        """Read steps of the line, and say what is decided: after them, or where `every` asks for it."""
        steps = steps_of(arrays)
        ends = [steps]
        if self.every is not None:
            ends = [*range(self.every - self.tokens % self.every, steps, self.every), steps]
        for start, end in itertools.pairwise([0, *ends]):
            part = {name: array[start:end] for name, array in arrays.items()}
            answer = self.session.push_steps({self.number: part})[self.number]
            self.tokens += end - start
            due = self.every is None or (end > start and self.tokens % self.every == 0)
            if due and answer is not None:
                yield Said(self.number, self.tokens, False, answer)

    def _told(self, text: str, *, ended: bool = False) -> Arrays:
        try:
            arrays = self.growing.push(text)
            return joined(arrays, self.growing.finish()) if ended else arrays
        except DataError as error:
            raise DataError(f"{self.name} line {self.number}: {error}".lstrip()) from error
