"""The rows of a file of tagged tokens: tags as they are taught, characters instead of tokens, whole documents."""

from __future__ import annotations

from collections.abc import Iterator

from atrous.data.formats import at as at_line
from atrous.data.given import Table
from atrous.data.tables import Row
from atrous.data.tagged.reading import Layout, sentences
from atrous.data.tagged.sentences import Count, Offsets, Sentence, ignored
from atrous.errors import DataError, quoted
from atrous.runtime.schemes import OUTSIDE, Span, spans_of, strange, tags_of, wrong


def read(data: Table, layout: Layout, count: Count = ignored) -> Iterator[Row]:
    """The rows of a file, one at a time, tags in the scheme that is taught.

    count: called with what is worth a word when all is read.

    Raises what the reader of the file's format raises, and DataError, with file and line, for tags that break their
    scheme, unless `layout.repair` says that they are read leniently; and for a document that is not in one piece.
    """
    rows = (_row(data, layout, one, count) for one in sentences(data, layout, count))
    yield from _documents(data, layout, rows) if layout.context == "document" else rows


def _row(data: Table, layout: Layout, found: Sentence, count: Count) -> Row:
    tags = found.tags
    if tags is not None:
        _check(data, layout, found, count)
    row = Row(found.text, "", found.document, found.line, tokens=found.tokens, offsets=found.offsets)
    if layout.rule == "characters" and found.tokens != tuple(found.text):
        return _by_characters(data, layout, row, found)
    if tags is None:
        return row
    if "plain" not in (layout.scheme, layout.taught) and (layout.taught != layout.scheme or layout.repair):
        tags = tags_of(spans_of(tags, layout.scheme), len(tags), layout.taught)
    elif layout.taught == "bilou":
        tags = tags_of(spans_of(tags, layout.scheme), len(tags), layout.taught)  # IOBES comes in other letters
    return row._replace(tags=tags)


def _check(data: Table, layout: Layout, found: Sentence, count: Count) -> None:
    """Count or refuse tags that break their scheme; what is no tag of it is refused in any case."""
    tags = found.tags or ()
    broken = wrong(tags, layout.scheme)
    if broken is None:
        return
    place, why = broken
    remedy = "set data.repair = true to read it as a span all the same"
    if unknown := [at for at, tag in enumerate(tags) if strange(tag, layout.scheme)]:
        place, why = unknown[0], (wrong(tags[unknown[0] : unknown[0] + 1], layout.scheme) or broken)[1]
        remedy = "name another scheme with data.scheme (plain takes tags as they are), or another column with --tags"
    elif layout.repair:
        count("repaired")
        return
    where = at_line(data, found.line_of(place))
    raise DataError(f"{where}: {why}; mend it, or {remedy}")


def _by_characters(data: Table, layout: Layout, row: Row, found: Sentence) -> Row:
    """The row with its text's characters for tokens."""
    text = found.text
    offsets: Offsets = tuple((place, place + 1) for place in range(len(text)))
    if found.tags is None:
        return row._replace(tokens=tuple(text), offsets=offsets)
    if layout.scheme == "plain":
        raise DataError(
            f"{at_line(data, found.line)}: the tag {quoted(found.tags[0], 30)} belongs to a token of several "
            "characters, and none of them has one; set embed.name = words"
        )
    spans = [
        Span(found.offsets[start][0], found.offsets[end - 1][1], label)
        for start, end, label in spans_of(found.tags, layout.scheme)
    ]
    scheme = layout.scheme if layout.taught == "plain" else layout.taught
    return row._replace(tokens=tuple(text), offsets=offsets, tags=tags_of(spans, len(text), scheme))


def _documents(data: Table, layout: Layout, rows: Iterator[Row]) -> Iterator[Row]:
    """Rows of one document as one row."""
    # A line of the text each; plain tags of characters have none for what would stand between.
    between = "" if layout.rule == "characters" and layout.taught == "plain" else "\n"
    tagged = layout.rule == "characters" and bool(between)
    sentences: list[Row] = []
    ended: set[str] = set()
    for row in rows:
        if sentences and row.group != sentences[0].group:
            ended.add(sentences[0].group)
            yield _document(sentences, between, tagged)
            sentences = []
        if row.group in ended:
            raise DataError(
                f"{at_line(data, row.line)}: the document {quoted(row.group)} ended before, and goes on here; "
                "put the rows of a document together"
            )
        sentences.append(row)
    if sentences:
        yield _document(sentences, between, tagged)


def _document(sentences: list[Row], between: str, tagged: bool) -> Row:
    """One row of these. tagged: whether what stands between two is a token, too, in no span."""
    offsets: list[tuple[int, int]] = []
    tokens: list[str] = []
    tags: list[str] = []
    breaks: list[int] = []
    begin, begun = 0, False
    for row in sentences:
        if tagged and begin:
            offsets.append((begin - 1, begin))
            tokens.append(between)
            tags += [OUTSIDE] * bool(row.tags)
        if row.tokens and begun:
            breaks.append(len(tokens))
        begun = begun or bool(row.tokens)
        offsets += [(begin + start, begin + end) for start, end in row.offsets]
        tokens += row.tokens or ()
        tags += row.tags
        begin += len(row.text) + len(between)
    first = sentences[0]
    return first._replace(
        text=between.join(row.text for row in sentences), tokens=tuple(tokens), tags=tuple(tags),
        offsets=tuple(offsets), breaks=tuple(breaks),
    )  # fmt: skip
