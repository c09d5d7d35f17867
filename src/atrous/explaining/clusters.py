"""What a reader takes for one letter: a letter with its marks, an emoji of several characters."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"  # makes one emoji of two
_JOINED = {"\u200c", _JOINER}
_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAGS = range(0x1F1E6, 0x1F200)  # two of them are a flag
_JAMO = range(0x1160, 0x1200)  # the vowel and the end of a Korean syllable


def clusters(text: str) -> list[int]:
    """Of each character, the place of the first one of its cluster.

    >>> clusters("שׁלom"), clusters("e\\u0301x")
    ([0, 0, 2, 3, 4], [0, 0, 2])

    Source: Unicode Standard Annex 29, section 3 (extended grapheme clusters), of which this keeps the marks, the
    joiners, the flags and the Korean syllables.
    """
    found: list[int] = []
    flags = 0  # of those in a row
    for place, letter in enumerate(text):
        code = ord(letter)
        flags = flags + 1 if code in _FLAGS else 0
        before = text[place - 1] if place else "\n"
        goes_on = (
            letter in _JOINED
            or unicodedata.category(letter) in ("Mn", "Mc", "Me")
            or code in _TONES
            or code in _TAGS
            or code in _JAMO
            or before == _JOINER
            or (flags and flags % 2 == 0)
            or (before == "\r" and letter == "\n")
        )
        # A mark at the start of a line has nothing that it could stand on.
        found.append(found[-1] if goes_on and place and (before not in "\r\n" or letter == "\n") else place)
    return found
