"""`predict` with a tagger: which rows of a file are tagged, and how the answers are written."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from atrous.cli.loading import OnDemand, say_cut
from atrous.errors import ConfigError

if TYPE_CHECKING:
    from atrous.answering.shown import Shown
    from atrous.answering.tagged import Asking
    from atrous.config import Settings

# Options of classifiers and of taggers.
_ONLY = {"classify": ("beside", "label"), "tag": ("as_", "scheme", "tokens", "tags")}
_BLOCKS = {"conll": "columns", "conllu": "conllu"}


def refuse_options(task: str, model: str, **given: object) -> None:
    """Refuse the options that only models of another task have. Raises ConfigError."""
    for other in _ONLY.keys() - {task}:
        for name in _ONLY[other]:
            if given.get(name):
                what = "a tagger" if task == "tag" else "no tagger"
                raise ConfigError(f"--{name.strip('_')}: {model} is {what}; leave it out")


def predict_tags(
    asked: OnDemand,
    settings: Settings,
    file: str,
    out: str | None,
    *,
    text: str | None,
    tokens: str | None,
    format: str | None,
    encoding: str,
    as_: str | None,
    scheme: str | None,
    json: bool,
    shown: Shown,
    force: bool,
    quiet: bool,
    typed: bool,
) -> None:
    """Tag every text of a file, or every row of tokens. Raises what the readers raise, ConfigError and OutputExists."""
    from atrous.answering.marked import Style
    from atrous.answering.tagged import ROWS, tag_file
    from atrous.outputs import check

    out = None if out == "-" else out
    source = _source(file, format)
    style = Style.asked(
        out, as_, json=json, top=shown.top is not None, scheme=written_scheme(settings, scheme), source=source,
        column=_column(settings),
    )  # fmt: skip
    if out is not None:
        check(out, force=force)
    said, rows = _rows(settings, file, source, text=text, tokens=tokens, format=format, encoding=encoding)
    if said and not quiet:
        print(said, file=sys.stderr)

    def answers(some: Sequence[str | tuple[str, ...]]) -> Any:
        bundle = asked.reading(some)
        if shown.top is not None:
            return bundle.best(some, count=shown.top)
        return [[answer] for answer in bundle.predict(some)]

    count = tag_file(answers, rows, style, out, shown=shown, force=force, quiet=quiet, window=1 if typed else ROWS)
    if asked.cut and not quiet:
        say_cut(asked.cut, count, asked.model)


def _source(file: str, format: str | None) -> str:
    """What a file holds: "columns" or "conllu", a token a line; else "texts", or objects and tables, "records"."""
    from atrous.data.formats import format_of
    from atrous.data.tagged.reading import token_lines

    if format in _BLOCKS:
        return _BLOCKS[format]
    if format is None and (kind := token_lines(file)) is not None:
        return kind
    return "records" if format_of(file, format) in ("jsonl", "parquet") and file != "-" else "texts"


def written_scheme(settings: Settings, asked: str | None) -> str:
    """How tags are written: as is asked, else as the model's own data were said to be, else in IOB2.

    Raises ConfigError if a scheme is asked of a model whose tags write no spans.
    """
    own = settings.written_scheme
    if own == "plain" and asked not in (None, "plain"):
        raise ConfigError(f"--scheme {asked}: this model gives every token a tag, and no spans; leave it out")
    return own if own == "plain" else asked or own


def _column(settings: Settings) -> str:
    """The column of CoNLL-U that gets the tags: the one that the model's own data had them in, else the usual one."""
    from atrous.data.tagged.conllu import COLUMNS

    name = settings.data.tags
    if name is not None and name.partition(":")[0] in COLUMNS:
        return name
    return "upos" if settings.written_scheme == "plain" else "misc:NER"


def _rows(
    settings: Settings,
    file: str,
    source: str,
    *,
    text: str | None,
    tokens: str | None,
    format: str | None,
    encoding: str,
) -> tuple[str, Iterator[Asking]]:
    """What was guessed, and the rows that are tagged."""
    from atrous.answering.tagged import of_sentences, of_texts
    from atrous.data.formats import at, format_of
    from atrous.data.tables import read_texts
    from atrous.data.tagged.layout import layout
    from atrous.data.tagged.reading import Layout, sentences
    from atrous.data.tagged.records import Fields
    from atrous.data.text import named

    def place(line: int) -> str:
        return at(file, line, None if source in ("columns", "conllu") else format_of(file, format))

    documents, characters = settings.data.context == "document", settings.embed.name == "characters"
    if source in ("columns", "conllu"):
        if text is not None:
            raise ConfigError(f"--text: {file} has one token a line; name its column with --tokens")
        column = tokens or _usual(settings, source)
        found = Layout(
            "conllu" if source == "conllu" else "columns", Fields(column), "plain", "plain", encoding=encoding
        )
        return "", of_sentences(sentences(file, found), place, documents=documents, characters=characters)
    if source == "records":
        data = {"tokens": tokens, "text": text, "tags": None, "spans": None, "scheme": None, "context": "sentence"}
        columns = settings.data.model_copy(update={**data, "encoding": encoding})
        found, said = layout(file, settings.model_copy(update={"data": columns}), need_tags=False)
        if found.fields.tokens is not None:
            return said, of_sentences(sentences(file, found), place, documents=documents, characters=characters)
        text = found.fields.text
    elif tokens is not None:
        raise ConfigError(
            f"--tokens: {named(file)} holds texts; name a .conll, .conllu or .jsonl file, or say its --format"
        )
    said, texts = read_texts(file, text=text, encoding=encoding, format=format)
    return said, of_texts(((line, one) for line, one in texts if isinstance(one, str)), place)


def _usual(settings: Settings, source: str) -> str:
    """The column of the tokens, as the model's own data had it if they were written alike."""
    from atrous.data.tagged.conllu import COLUMNS

    own = settings.data.tokens
    if source == "columns":
        return own if own is not None and own.isdecimal() else "1"
    return own if own is not None and (own in COLUMNS or own in map(str, range(1, 11))) else "form"
