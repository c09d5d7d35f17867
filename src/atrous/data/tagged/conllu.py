"""CoNLL-U, the format of Universal Dependencies.

Source: https://universaldependencies.org/format.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from atrous.data.tagged.blocks import Block, blocks, shown
from atrous.data.tagged.sentences import Count, Offsets, Sentence, aligned, ignored, joined
from atrous.data.text import Source, named
from atrous.errors import ConfigError, DataError, quoted, suggestion

COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")

_ALWAYS = ("upos", "xpos", "deprel")  # "_" means that nobody has said it
OUTSIDE_OF = {"feats": "_", "misc": "O"}  # columns of KEY=VALUE|..., and the tag of a word without the key
_ID = re.compile(r"(\d{1,9})(?:(-)(\d{1,9})|(\.)\d{1,9})?", re.ASCII)
_MARK = re.compile(r"#\s*(newdoc(?:\s+id)?|text)\s*(?:=\s?(.*))?$", re.DOTALL)


class _Read(NamedTuple):
    """The words of one sentence, and the tokens of its text: each the words from first up to last, and its form."""

    words: list[list[str]]
    lines: list[int]
    places: list[int]
    surface: list[tuple[int, int, str, bool]]  # first, last, form, whether a space follows


def conllu_sentences(
    path: Source, *, tokens: str = "form", tags: str | None = "upos", encoding: str = "utf-8", count: Count = ignored
) -> Iterator[Sentence]:
    """The sentences of a file, one at a time. Their tokens are the syntactic words; empty nodes (8.1) are none.

    tokens, tags: columns, by name or number from 1; "feats:Number" and "misc:NER" are single values of a column.
        tags None: none is read.
    count: called with "replaced" for each sentence that has a multiword token (au) whose words (à, le) do not make it
        up: then the text has the words in its place.

    The text is the comment `# text =` where it has the words, else what SpaceAfter=No leaves of the spaces.

    Raises ConfigError for a column that there is not, and DataError, with file and line, for what is no CoNLL-U: other
    than ten columns, words that are not numbered 1, 2, 3 ..., an empty word, a tag that nobody has given.
    """
    name = named(path)
    form = _column(name, tokens, "tokens")
    tag = None if tags is None else _column(name, tags, "tags")
    document, documents, found = "", 0, False
    source: list[str] = []
    for block in blocks(path, encoding=encoding):
        text: str | None = None
        for _, line in block:
            if line.startswith("#") and (mark := _MARK.match(line)) is not None:
                if mark[1] == "text":
                    text = mark[2]
                else:
                    documents += 1
                    document = (mark[2] or "").strip() or f"document {documents}"
        read = _parsed(name, block)
        source += [line for _, line in block]
        if not read.words:
            source.append("")
            continue
        found = True
        before = len(source) - len(block)
        words = tuple(form(row, line) for row, line in zip(read.words, read.lines, strict=True))
        marks = None if tag is None else tuple(tag(row, line) for row, line in zip(read.words, read.lines, strict=True))
        whole, offsets, changed = (*joined(words), False) if tokens != COLUMNS[1] else _placed(words, read, text)
        if changed:
            count("replaced")
        yield Sentence(
            words, read.lines[0], tuple(read.lines), marks, whole, offsets, document, tuple(source),
            tuple(before + place for place in read.places),
        )  # fmt: skip
        source = []
    if not found:
        raise DataError(f"{name}: no word; give a file of ten columns a line, as CoNLL-U has them")


def _column(name: str, given: str, role: str) -> Callable[[list[str], int], str]:
    """What reads a column off a word's ten."""
    wanted, colon, key = given.partition(":")
    column = COLUMNS[int(wanted) - 1] if wanted in map(str, range(1, 11)) else wanted.lower()
    if column not in COLUMNS or (colon and (column not in OUTSIDE_OF or not key)):
        raise ConfigError(
            f"{name}: no column {quoted(given)}{suggestion(column, COLUMNS)}; the columns of CoNLL-U are "
            f"{', '.join(COLUMNS)}, and single values such as feats:Number and misc:NER"
        )
    place = COLUMNS.index(column)

    def read(row: list[str], line: int) -> str:
        if colon:
            pairs = (one.partition("=") for one in row[place].split("|"))
            return next((value for own, _, value in pairs if own == key), OUTSIDE_OF[column]) or OUTSIDE_OF[column]
        if role == "tags" and column in _ALWAYS and row[place] == "_":
            raise DataError(f"{name} line {line}: no {column} is given; fill it in, or name another column with --tags")
        return row[place]

    return read


def _parsed(name: str, block: Block) -> _Read:
    """The words of a block. Raises DataError for what is no CoNLL-U."""
    read = _Read([], [], [], [])
    until = 0  # the last word of the multiword token that runs
    for place, (line, written) in enumerate(block):
        if written.startswith("#"):
            if read.words:
                raise DataError(f"{name} line {line}: a comment between words; put it before the sentence")
            continue
        cells = written.split("\t")
        where = f"{name} line {line}"
        if len(cells) != len(COLUMNS):
            hint = "; separate them by tabs, not spaces" if len(cells) == 1 else "; even them out"
            raise DataError(
                f"{where}: expected 10 columns separated by tabs, got {len(cells)} in {shown(written)}{hint}"
            )
        number = _ID.fullmatch(cells[0])
        if number is None:
            raise DataError(f"{where}: {quoted(cells[0])} numbers no word; expected 1, 1-2 or 1.1")
        if not cells[1].strip():
            raise DataError(f"{where}: the form is empty; write the word, or _ for an underscore")
        if number[4]:
            continue  # an empty node
        first, count = int(number[1]), len(read.words)
        if first != count + 1:
            raise DataError(f"{where}: expected word {count + 1}, got {quoted(cells[0])}; number words 1, 2, 3 ...")
        spaced = "SpaceAfter=No" not in cells[9].split("|")
        if number[2]:
            until_now, until = until, int(number[3])
            if until < first or until_now > count:
                raise DataError(f"{where}: the multiword token {quoted(cells[0])} is no new range; mend its numbers")
            read.surface.append((count, until, cells[1], spaced))
            continue
        if first > until:
            read.surface.append((count, count + 1, cells[1], spaced))
        read.words.append(cells)
        read.lines.append(line)
        read.places.append(place)
    if until > len(read.words):
        where = f"{name} line {block[-1][0]}"
        raise DataError(f"{where}: a multiword token goes on to word {until}, got {len(read.words)} words")
    return read


def _placed(words: tuple[str, ...], read: _Read, text: str | None) -> tuple[str, Offsets, bool]:
    """The text of the sentence, where each word stands in it, and whether it is another than the file's."""
    found = None if text is None else aligned(text, tuple(form for _, _, form, _ in read.surface))
    pieces: list[str] = []
    offsets: list[tuple[int, int]] = []
    size = end = 0
    changed = False
    for at, (first, last, form, _) in enumerate(read.surface):
        if found is not None and text is not None:
            start, after = found[at]
            between, end = text[end:start], after
        else:
            between = " " if at and read.surface[at - 1][3] else ""
        parts = words[first:last]
        inner = aligned(form, parts)
        if inner is None:
            form, changed = " ".join(parts), True
            inner = aligned(form, parts) or ()
        size += len(between)
        offsets += [(size + start, size + stop) for start, stop in inner]
        pieces += [between, form]
        size += len(form)
    rest = text[end:] if found is not None and text is not None else ""
    return "".join([*pieces, rest]), tuple(offsets), changed
