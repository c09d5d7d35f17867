"""The rows that a model is verified with: the first of a file, or texts of its own vocabulary. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from random import Random

from atrous.config import Settings
from atrous.data.formats import format_of
from atrous.data.tables import read_texts
from atrous.data.tagged.layout import is_tagged, layout
from atrous.data.tagged.read import read
from atrous.data.text import Source
from atrous.runtime.reader import Reader, Row
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser
from atrous.window import Window

LONGEST = 1000  # tokens; what sees farther than that is read as far as this ...
ENDLESS = 64  # ... and what sees without end as far as this
_STRANGER = "☃"  # that some vocabularies do not know


def first(
    source: Source,
    rows: int,
    settings: Settings,
    *,
    text: str | None = None,
    beside: str | None = None,
    encoding: str = "utf-8",
) -> tuple[str, list[Row]]:
    """The sentence that says which column was guessed ("" if none was), and the first rows of a file.

    rows: how many, or all there are. settings: those of the model, which may name the columns. text, beside: the
    columns, if they are others. Of a tagger a file may hold tagged tokens, too. Raises what `read_texts` raises, or the
    reader of tagged tokens.
    """
    if settings.task == "tag" and is_tagged(source):
        asked = settings.data.model_copy(update={"encoding": encoding, **({"text": text} if text else {})})
        found, said = layout(source, settings.model_copy(update={"data": asked}), need_tags=False)
        return said, [row.given for row in islice(read(source, found), rows)]
    plain, known = format_of(source) == "text", settings.data
    said, texts = read_texts(
        source,
        text=text if plain else text or known.text,
        beside=beside or known.beside,
        features=0 if settings.embed.name == "values" else None,
        encoding=encoding,
    )
    return said, [one for _, one in islice(texts, rows)]


def interesting(window: Window, random: Random) -> list[int]:
    """Lengths at which a mistake would show: nothing, one token, around the window and beyond it, and ragged ones.

    >>> interesting(Window(left=4, right=2), Random(0))[:7]
    [0, 1, 2, 6, 7, 8, 15]
    """
    size = ENDLESS if window.size == math.inf else min(int(window.size), LONGEST)
    ragged = [random.randint(0, 2 * size + 8) for _ in range(9)]
    return [0, 1, 2, size - 1, size, size + 1, 2 * size + 1, *ragged]


def drawn(reader: Reader, lengths: Sequence[int], random: Random) -> list[Row]:
    """Rows of about so many steps: texts of the reader's own vocabulary and a token it may not know, or series; where
    texts are tagged, lists of such tokens.

    >>> drawn(Reader(Tokeniser("words", True, ("good", "film"))), [3, 0], Random(0))
    ['☃ ☃ film', '']
    """
    if reader.series is not None:
        return [_numbers(reader.series, length, random) for length in lengths]
    if reader.rule is not None:
        return [_tokens(reader.tokeniser, length, random) for length in lengths]
    texts = [_text(reader.tokeniser, length, random) for length in lengths]
    if reader.two_texts:
        return list(zip(texts, (_text(reader.beside, max(0, length - 1), random) for length in lengths), strict=True))
    return texts


def _text(tokeniser: Tokeniser | None, length: int, random: Random) -> str:
    return (" " if tokeniser is not None and tokeniser.kind == "words" else "").join(_tokens(tokeniser, length, random))


def _tokens(tokeniser: Tokeniser | None, length: int, random: Random) -> list[str]:
    assert tokeniser is not None
    plain = tokeniser.kind in ("bytes", "bpe")
    pieces = [chr(code) for code in range(32, 127)] if plain else [*tokeniser.tokens, _STRANGER]
    return random.choices(pieces, k=length)


def _numbers(series: Series, length: int, random: Random) -> list[list[float | None]]:
    scale = list(zip(series.mean, series.deviation, strict=True))
    return [[None if random.random() < 0.1 else random.gauss(*one) for one in scale] for _ in range(length)]
