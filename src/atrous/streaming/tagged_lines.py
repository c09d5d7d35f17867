"""Lines that are still being written, tagged as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from atrous.runtime.tagging import TagsAnswer
from atrous.streaming.lines import TOGETHER, without_returns
from atrous.streaming.session import Session
from atrous.streaming.tagged import joined


class SaidOfTags(NamedTuple):
    """What a tagger says of the tokens of a line that were decided since it was said before.

    line: its number, from 1. final: whether the line has ended, and all of it is said.
    """

    line: int
    final: bool
    answer: TagsAnswer


def read_tagged_lines(session: Session, blocks: Iterable[str]) -> Iterator[SaidOfTags]:
    r"""The answers to the parts of every line, as they are decided; the last of a line is final.

    session: of a tagger; empty before and after.
    blocks: the text as it comes, cut anywhere; a line ends in \n or \r\n, the last one may end without.

    >>> from atrous.bundle import Bundle
    >>> from atrous.config import load
    >>> from atrous.runtime.reader import Reader
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> reader = Reader(Tokeniser("words", True, ("ann", "left")), rule="fine")
    >>> bundle = Bundle.fresh(load(task="tag", encode="tcn"), reader, ("NOUN", "VERB"))
    >>> with Session(bundle) as session:
    ...     [(*said[:2], said.answer.tokens) for said in read_tagged_lines(session, ["Ann le", "ft\nBob left\n"])]
    [(1, False, ('Ann',)), (1, True, ('left',)), (2, True, ('Bob', 'left'))]
    """
    number, begun = 1, False
    for block in without_returns(blocks):
        *ended, beginning = block.split("\n")
        for start in range(0, len(ended), TOGETHER):
            some = ended[start : start + TOGETHER]
            yield from _ended(session, number, some)
            number, begun = number + len(some), False
        if beginning:
            begun = True
            answer = session.push({number: beginning})[number]
            if isinstance(answer, TagsAnswer):
                yield SaidOfTags(number, False, answer)
    if begun:
        yield from _ended(session, number, [""])


def _ended(session: Session, first: int, texts: Sequence[str]) -> Iterator[SaidOfTags]:
    """The rest of a line, and whole lines after it."""
    keys = range(first, first + len(texts))
    parts = session.push(dict(zip(keys, texts, strict=True)))
    rest = session.finish_all(keys)
    for key in keys:
        said = [answer for answer in (parts[key], rest[key]) if isinstance(answer, TagsAnswer)]
        yield SaidOfTags(key, True, joined(said))
