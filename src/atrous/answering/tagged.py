"""The tags of every text, or of every row of tokens, of a file of any length: in order, in constant memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from atrous.answering.files import Given, answered, opened, windows
from atrous.answering.marked import Style
from atrous.answering.shown import Shown
from atrous.data.progress import Progress
from atrous.data.tagged.sentences import Offsets, Sentence
from atrous.data.text import Source
from atrous.runtime.tagging import TagsAnswer

ROWS = 1024  # rows that are answered together ...
SIZE = 2**19  # ... unless they have so many bytes before: an answer is far larger than its text

Predict = Callable[[Sequence[Given]], Sequence[Sequence[TagsAnswer]]]


class Asking(NamedTuple):
    """A row that is to be tagged.

    place: where it stands, in words. line: the same as a number. given: what the model reads, a text or tokens.
    text, offsets: of tokens that stand in a text of their file; None where the answer says it.
    sentences: what the row is of, in a file of tokens, and where in the text each begins.
    """

    place: str
    line: int
    given: Given
    text: str | None = None
    offsets: Offsets | None = None
    sentences: tuple[tuple[int, Sentence], ...] = ()


def of_texts(texts: Iterable[tuple[int, str]], name: Callable[[int], str]) -> Iterator[Asking]:
    """A row a text. texts: with their lines. name: of a line, for messages.

    >>> [one.given for one in of_texts([(1, "Ann left.")], str)]
    ['Ann left.']
    """
    return (Asking(name(line), line, text) for line, text in texts)


def of_sentences(
    sentences: Iterable[Sentence], name: Callable[[int], str], *, documents: bool = False, characters: bool = False
) -> Iterator[Asking]:
    """A row a sentence, or a document, where the file says which sentences are of one.

    characters: whether the model tags those, whatever the tokens of the file are.

    >>> two = [Sentence(("Ann",), 1, text="Ann", offsets=((0, 3),), document="a") for _ in range(2)]
    >>> [one.given for one in of_sentences(two, str, documents=True)]
    [('Ann', 'Ann')]
    """
    numbered = enumerate(sentences)
    for _, group in groupby(numbered, lambda one: one[1].document if documents and one[1].document else one[0]):
        some, begin = [], 0
        for _, sentence in group:
            some.append((begin, sentence))
            begin += len(sentence.text) + 1
        text = "\n".join(sentence.text for _, sentence in some)
        offsets = tuple((begin + start, begin + end) for begin, one in some for start, end in one.offsets)
        tokens = tuple(token for _, one in some for token in one.tokens)
        line = some[0][1].line
        if characters:
            yield Asking(name(line), line, text, sentences=tuple(some))
        else:
            yield Asking(name(line), line, tokens, text, offsets, tuple(some))


def tag_file(
    predict: Predict,
    rows: Iterator[Asking],
    style: Style,
    out: Source | None = None,
    *,
    shown: Shown | None = None,
    force: bool = False,
    quiet: bool = False,
    window: int = ROWS,
) -> int:
    """Write the answer to every row, in order, and return how many there were.

    predict: to rows, texts or tuples of tokens, the most probable answers of each, the best first.
    style: how they are written. out: a file, which appears whole or not at all; None is standard output.
    shown: whether spans that are not probable are left out.
    force: replace a file that is there. quiet: say nothing of how far it is. window: rows that are read together.

    Raises DataError and ConfigError as the readers do, and OutputExists.
    """
    shown = shown or Shown()
    count = found = kept = 0
    waiting: list[Asking] = []  # rows that are read and not answered yet
    to_screen = out is None and sys.stdout.isatty()
    with Progress(quiet=quiet or to_screen) as progress, opened(out, force=force) as file:
        file.write(style.head)
        for some in windows(_noted(rows, waiting), rows=window, size=SIZE):
            asked, waiting[:] = waiting[: len(some)], waiting[len(some) :]
            order = iter(asked)
            for given, several in answered(predict, some, (one.place for one in asked)):
                for row, answers in zip(islice(order, len(given)), several, strict=True):
                    placed = [_placed(row, answer) for answer in answers]
                    chosen = [_shown(shown, answer) for answer in placed]
                    file.write(style.row(row.line, chosen, row.sentences))
                    found, kept = found + len(placed[0].spans), kept + len(chosen[0].spans)
                file.flush()
                count += len(given)
                progress.show(count)
    if shown.min_probability is not None and not quiet:
        print(f"left out {found - kept:,} of {found:,} spans", file=sys.stderr)
    return count


def _noted(rows: Iterator[Asking], waiting: list[Asking]) -> Iterator[Given]:
    for row in rows:
        waiting.append(row)
        yield row.given


def _placed(row: Asking, answer: TagsAnswer) -> TagsAnswer:
    return answer if row.text is None or row.offsets is None else answer.standing(row.text, row.offsets)


def _shown(shown: Shown, answer: TagsAnswer) -> TagsAnswer:
    return answer if shown.min_probability is None else answer.at_least(shown.min_probability)
