"""`predict --stream`: standard input as it comes."""

from __future__ import annotations

import json as json_module
import shutil
import sys
from typing import TYPE_CHECKING

from atrous.data.text import STDIN, decoded, named
from atrous.errors import ConfigError, DataError

if TYPE_CHECKING:
    from atrous.answering.shown import Shown
    from atrous.bundle.trained import Bundle
    from atrous.streaming.lines import Said


def refuse_what_does_not_go_with_stream(file: str, **given: object) -> None:
    """Raise ConfigError for a file, and for every option that says how files are read or written."""
    if file != STDIN:
        raise ConfigError(f"--stream reads standard input, not {file}; leave --stream out, or: atrous ... < {file}")
    for name, value in given.items():
        if value:
            raise ConfigError(
                f"--{name.strip('_')} does not go with --stream, which reads lines and prints what it decides"
            )


def stream(
    bundle: Bundle,
    *,
    encoding: str,
    every: int | None,
    json: bool,
    shown: Shown,
    scheme: str = "plain",
    quiet: bool = False,
) -> None:
    """Answer the lines of standard input while they are being written.

    A tagger's tags are printed once, as they are decided.
    shown: what of every answer. scheme: how a tagger's tags are written.
    quiet: do not say how often the model abstained.

    Raises NotStreamable if the model must see a line whole, ConfigError if it reads pairs of texts, or is a tagger and
    is asked what only others, or whole texts, have, and DataError if the input is empty or not in this encoding.
    """
    if bundle.model.tags:
        _stream_tags(bundle, encoding=encoding, every=every, json=json, shown=shown, scheme=scheme)
        return
    from atrous.answering.shown import abstentions
    from atrous.streaming.lines import read_lines
    from atrous.streaming.session import Session

    if bundle.reader.two_texts:
        raise ConfigError("--stream reads one text a line, and this model reads pairs of texts; leave --stream out")
    rewrites = sys.stdout.isatty() and not json
    number, open_line, abstained = 0, False, 0
    with Session(bundle) as session:
        try:
            for said in read_lines(session, decoded(STDIN, encoding), every=every, name=named(STDIN)):
                number, open_line = said.line, rewrites and not said.final
                answer = shown.of(said.answer)
                abstained += said.final and not answer.label
                print(_row(said._replace(answer=answer), shown, json=json, rewrites=rewrites), end="", flush=True)
        finally:
            if open_line:
                print()
    if not number:
        raise DataError("standard input: nothing in it; write at least one line")
    if shown.min_probability is not None and not quiet:
        print(abstentions(abstained, number), file=sys.stderr)


def _stream_tags(bundle: Bundle, *, encoding: str, every: int | None, json: bool, shown: Shown, scheme: str) -> None:
    """A line a token, its tag behind it, and an empty line where a line of the input ends; or objects."""
    from atrous.runtime.tagging import TagsAnswer
    from atrous.streaming.session import Session
    from atrous.streaming.tagged_lines import read_tagged_lines

    if every is not None:
        raise ConfigError("--every does not go with a tagger, which says the tag of each token once: leave it out")
    if shown.top is not None:
        raise ConfigError("--top does not go with --stream of a tagger, which says the tag of each token once")
    number, before = 0, ""
    with Session(bundle) as session:
        for number, final, found in read_tagged_lines(session, decoded(STDIN, encoding)):
            answer = shown.of(found)
            assert isinstance(answer, TagsAnswer)
            tags = answer.tags_in(scheme)
            if scheme == "iob1" and tags and tags[0][1:] == before[1:] != "":
                tags = (f"B{tags[0][1:]}", *tags[1:])  # it touches a span that was decided before it
            before = "" if final else (tags or (before,))[-1]
            if json:
                value = {"line": number, "final": final, **shown.value(answer), "tags": list(tags)}
                print(json_module.dumps(value, ensure_ascii=False), flush=True)
                continue
            # Folded, so that a token stays a line.
            pairs = zip(answer.tokens, tags, strict=True)
            rows = "".join(f"{' '.join(token.split())}\t{tag}\n" for token, tag in pairs)
            print(rows + "\n" * final, end="", flush=True)
    if not number:
        raise DataError("standard input: nothing in it; write at least one line")


def _row(said: Said, shown: Shown, *, json: bool, rewrites: bool) -> str:
    """A row: an object, columns with tabs between, or, on a terminal, what takes the place of the row before."""
    if json:
        value = {"line": said.line, "tokens": said.tokens, "final": said.final, **shown.value(said.answer)}
        return json_module.dumps(value, ensure_ascii=False) + "\n"
    state = "final" if said.final else "so far"
    cells = [" ".join(cell.split()) for cell in shown.cells(said.answer)]
    if not rewrites:
        return "\t".join((str(said.line), str(said.tokens), state, *cells)) + "\n"
    width = shutil.get_terminal_size((100, 24)).columns
    line = f"line {said.line}, {said.tokens:,} tokens, {state}: {cells[0] or '(abstains)'} {' '.join(cells[1:])}"
    return f"\r{line[: width - 1]}\x1b[K" + "\n" * said.final
