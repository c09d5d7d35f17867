"""Byte pair encoding: a text as pieces of bytes that often stand together. Needs `tokenizers`, where it is used."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from atrous.errors import MissingExtra

# A piece is a word or a run of signs with at most one space before it, or white space. None reaches from a sign or
# letter over white space, so that a text may be cut before any run of white space: its tokens stay the same.
_PIECES = re.compile(r" ?\w+| ?[^\w\s]+|\s+(?!\S)|\s")

# A printable character for each byte, as GPT-2 has them: printable bytes stand for themselves.
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
_CHARACTERS = {**{byte: chr(byte) for byte in _PRINTABLE}, **{b: chr(0x100 + n) for n, b in enumerate(_OTHERS)}}
_BYTES = {character: byte for byte, character in _CHARACTERS.items()}

ALPHABET = tuple(_CHARACTERS[byte] for byte in range(256))


def pieces(text: str) -> list[str]:
    """The pieces of a text, within which pairs are merged; every byte of its UTF-8 is one printable character.

    >>> pieces("It's  good")
    ['It', "'", 's', 'Ġ', 'Ġgood']
    """
    found = [piece.encode("utf-8", "surrogatepass").decode("latin-1") for piece in _PIECES.findall(text)]
    return [piece.translate(_CHARACTERS) for piece in found]


def encoder(tokens: Sequence[str], merges: Sequence[str]) -> Any:
    """A `tokenizers.Tokenizer` that reads the pieces of a text with spaces between them; tokens[i] has the id i.

    merges: the pairs in the order in which they are merged, a space between the two.

    >>> encoder([*ALPHABET, "go"], ["g o"]).encode(" ".join(pieces("go"))).ids
    [256]
    """
    tokenizers = needed()
    known = {token: place for place, token in enumerate(tokens)}
    pairs = [tuple(merge.split(" ")) for merge in merges]
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=known, merges=pairs))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    return made


def needed() -> Any:
    """The package `tokenizers`; raises MissingExtra if it is not there."""
    # Its threads and a process that forks do not go together; one text at a time needs none.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import tokenizers
    except ImportError as error:
        raise MissingExtra("byte pair encoding needs tokenizers: pip install tokenizers") from error
    return tokenizers


def shown(token: str) -> str:
    r"""A token in readable form; a byte that is no text by itself reads as \x and two hexadecimal digits.

    >>> shown("Ġgood"), shown("Ã")
    (' good', '\\xc3')
    """
    found = bytes(_BYTES[character] for character in token)
    try:
        text = found.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and (text.isprintable() or text.isspace()):
        return text
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in found)
