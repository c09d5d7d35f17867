"""How the answers of a tagger are written: marked in their texts, as tags, spans, CoNLL columns or objects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import NamedTuple

from atrous.answering.placed import tags_on
from atrous.data.formats import format_of
from atrous.data.tagged.put import put
from atrous.data.tagged.reading import token_lines
from atrous.data.tagged.sentences import Sentence
from atrous.data.text import Source
from atrous.errors import ConfigError
from atrous.runtime.tagging import TagsAnswer

COLUMNS = ("line", "start", "end", "label", "probability", "text")

Sentences = Sequence[tuple[int, Sentence]]


class Style(NamedTuple):
    """How answers are written.

    kind: "marked", every span in its text; "tags", word/TAG; "spans", one a line; "conll" and "conllu", one token a
        line; "json"; or "csv" and "tsv", spans as a table.
    scheme: of the tags. source: what was read, "columns", "conllu" or "texts": its own lines are kept where they can.
    column: of CoNLL-U, the one that gets the tags. top: several answers a text.
    """

    kind: str
    scheme: str
    source: str = "texts"
    column: str = "upos"
    top: bool = False

    @classmethod
    def asked(
        cls, out: Source | None, as_: str | None, *, json: bool, top: bool, scheme: str, source: str, column: str
    ) -> Style:
        """How answers are written that go to a file, or to standard output as is asked.

        as_, json: what is asked of standard output; None and False are "marked". The rest is as the fields are.

        >>> Style.asked("a.conll", None, json=False, top=False, scheme="iob2", source="texts", column="upos").kind
        'conll'

        Raises ConfigError where the name of the file, the scheme or several answers do not go with what is asked.
        """
        kind = "marked" if out is None else kind_of(out)
        if json and kind not in ("marked", "json"):
            raise ConfigError(
                f"--json: {out} is written otherwise, as its name says; name a .jsonl file, or leave it out"
            )
        if as_ is not None and (json or kind != "marked"):
            raise ConfigError(
                f"--as {as_}: is for standard output without --json; the name of --out says how it is written"
            )
        kind = "json" if json else as_ or kind
        if kind == "conll" and as_ is not None and source == "conllu":
            kind = "conllu"
        if scheme == "plain" and kind == "spans":
            raise ConfigError("--as spans: this model gives every token a tag, and no spans; use --as tags, or conll")
        if top and kind not in ("marked", "tags", "json"):
            raise ConfigError(
                "--top: several answers to a text have no place there; use --json, or --as marked or tags"
            )
        return cls(kind, scheme, source, column, top)

    @property
    def head(self) -> str:
        """What comes first."""
        return _cells(COLUMNS, self.kind) if self.kind in ("csv", "tsv") else ""

    def row(self, line: int, answers: Sequence[TagsAnswer], sentences: Sentences = ()) -> str:
        """One row, as lines. line: where it stands. answers: the best first. sentences: of a row of tokens.

        >>> from atrous.runtime.tagging import SpanAnswer
        >>> spans = (SpanAnswer(0, 3, "PER", "Ann", 0.9),)
        >>> given = ("Ann left", ("Ann", "left"), ((0, 3), (4, 8)), ("U-PER", "O"), (0.9, 0.8), 0.72, spans)
        >>> Style("marked", "iob2").row(1, [TagsAnswer(*given, scheme="bilou")])
        '[Ann](PER 0.90) left\\n'
        >>> Style("tags", "iob2").row(1, [TagsAnswer(*given, scheme="bilou")])
        'Ann/B-PER left/O\\n'
        """
        answer = answers[0]
        if self.kind == "json":
            return self._object(answers)
        if self.kind in ("marked", "tags"):
            shares = [f"{one.probability:.6f}\t" if self.top else "" for one in answers]
            return "".join(f"{share}{self._line(one)}\n" for share, one in zip(shares, answers, strict=True))
        if self.kind in ("conll", "conllu"):
            parts = sentences or ((0, _sentence(answer)),)
            return "".join(f"{line}\n" for begin, one in parts for line in self._lines(begin, one, answer))
        return "".join(_cells((str(line), *cells), self.kind) for cells in _spans(answer))

    def _line(self, answer: TagsAnswer) -> str:
        if self.kind == "marked" and answer.scheme != "plain":
            return _folded(_marked(answer))
        tags = answer.tags_in(self.scheme)
        return " ".join(f"{_folded(token)}/{tag}" for token, tag in zip(answer.tokens, tags, strict=True))

    def _object(self, answers: Sequence[TagsAnswer]) -> str:
        values = [{**one.to_json(), "tags": list(one.tags_in(self.scheme))} for one in answers]
        value = values[0]
        if self.top:
            value = {**value, "top": [{key: one[key] for key in ("tags", "spans", "probability")} for one in values]}
        return json.dumps(value, ensure_ascii=False) + "\n"

    def _lines(self, begin: int, sentence: Sentence, answer: TagsAnswer) -> list[str]:
        offsets = [(begin + start, begin + end) for start, end in sentence.offsets]
        tags = tags_on(answer, offsets, self.scheme)
        if self.kind == "conll" and self.source == "columns":
            return [*put(sentence, tags, "columns"), ""]
        if self.kind == "conllu":
            whole = sentence if self.source == "conllu" else _numbered(sentence)
            return [*put(whole, tags, "conllu", self.column), ""]
        return [*(f"{_folded(token)}\t{tag}" for token, tag in zip(sentence.tokens, tags, strict=True)), ""]


def kind_of(out: Source) -> str:
    """How a file of that name is written.

    >>> kind_of("a.conll.gz"), kind_of("a.conllu"), kind_of("a.jsonl"), kind_of("a.csv"), kind_of("a.txt")
    ('conll', 'conllu', 'json', 'csv', 'marked')

    Raises ConfigError for Parquet.
    """
    format = format_of(out)
    if format == "parquet":
        raise ConfigError(
            f"{out}: answers are not written as Parquet; name a .conll, .conllu, .jsonl, .csv or .tsv file with --out"
        )
    if (kind := token_lines(out)) is not None:
        return "conllu" if kind == "conllu" else "conll"
    return {"jsonl": "json", "csv": "csv", "tsv": "tsv"}.get(format, "marked")


def _marked(answer: TagsAnswer) -> str:
    pieces, end = [], 0
    for span in answer.spans:
        pieces += [answer.text[end : span.start], f"[{span.text}]({span.label} {span.probability:.2f})"]
        end = span.end
    return "".join([*pieces, answer.text[end:]])


def _spans(answer: TagsAnswer) -> list[tuple[str, ...]]:
    """Of every span, or of every token where tags are plain: start, end, label, probability and text."""
    if answer.scheme == "plain":
        parts = zip(answer.offsets, answer.tags, answer.probabilities, answer.tokens, strict=True)
        return [(str(start), str(end), tag, f"{share:.6f}", token) for (start, end), tag, share, token in parts]
    return [(str(one.start), str(one.end), one.label, f"{one.probability:.6f}", one.text) for one in answer.spans]


def _sentence(answer: TagsAnswer) -> Sentence:
    """The tokens of a text as a sentence of a file; those that are spaces have no line."""
    kept = [(token, place) for token, place in zip(answer.tokens, answer.offsets, strict=True) if token.strip()]
    tokens, offsets = tuple(token for token, _ in kept), tuple(place for _, place in kept)
    return Sentence(tokens, 0, text=answer.text, offsets=offsets)


def _numbered(sentence: Sentence) -> Sentence:
    """The sentence with lines as CoNLL-U has them."""
    head = [f"# text = {_folded(sentence.text)}"] if sentence.tokens else []
    rows = ["\t".join([str(place), token, *"_" * 8]) for place, token in enumerate(sentence.tokens, 1)]
    places = tuple(range(len(head), len(head) + len(rows)))
    return sentence._replace(source=(*head, *rows), places=places)


def _folded(text: str) -> str:
    return text if text.isalnum() else " ".join(text.split())  # most are one word


def _cells(values: Sequence[str], kind: str) -> str:
    if kind == "spans":
        return "\t".join(map(_folded, values)) + "\n"
    line = io.StringIO()
    csv.writer(line, delimiter="," if kind == "csv" else "\t", lineterminator="\n").writerow(values)
    return line.getvalue()
