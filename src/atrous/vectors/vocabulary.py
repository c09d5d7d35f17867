"""Words that the training rows lack and a file of vectors has: they can be read, and have a vector of their own."""

from __future__ import annotations

from dataclasses import replace

from atrous.config import Settings
from atrous.errors import ConfigError
from atrous.runtime.reader import Reader
from atrous.vectors.head import head
from atrous.vectors.words import words


def with_words(reader: Reader, settings: Settings) -> Reader:
    """The reader with the words of the settings' file of vectors behind its own, if embed.vocabulary asks for them.

    Those that come first in the file, which are the most frequent ones in most, as many as embed.limit leaves room for.
    Where texts are read in lower case, words that are not in lower case have no use, and are left out.

    >>> import pathlib, tempfile
    >>> from atrous.config import load
    >>> from atrous.runtime.tokeniser import Tokeniser
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "vectors.txt"
    ...     _ = path.write_text("the 0.5 1\\nfilm 1 2\\n")
    ...     told = {"name": "words", "vectors": str(path), "tuning": "static", "vocabulary": "vectors"}
    ...     with_words(Reader(Tokeniser("words", False, ("film", "plot"))), load(embed=told)).tokeniser.tokens
    ('film', 'plot', 'the')

    Raises DataError as the readers of the file do, and ConfigError if the limit leaves no room.
    """
    embed, own = settings.embed, reader.tokeniser
    if embed.vocabulary != "vectors" or embed.vectors is None or own is None:
        return reader
    room = None if embed.limit is None else embed.limit - len(own.tokens)
    if room is not None and room < 1:
        raise ConfigError(
            f"embed.limit = {embed.limit}: the words of the training rows fill it, and none of "
            f"{embed.vectors} has room; raise it, or leave embed.vocabulary out"
        )
    known = {*own.tokens}
    more: list[str] = []
    for disguise, _ in words(embed.vectors, head(embed.vectors), ()):
        if room is not None and len(more) == room:
            break
        try:
            word = disguise.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:  # most files have a few words that are no UTF-8; no text can have them
            continue
        if word not in known and (not own.lower or word == word.lower()):
            known.add(word)
            more.append(word)
    return replace(reader, tokeniser=replace(own, tokens=(*own.tokens, *more)))
