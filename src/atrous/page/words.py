"""Texts that strangers wrote, made safe to show, and numbers as a reader wants them."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

NONE = "–"  # where a number is missing
INFINITY = "inf"  # as results.json writes it

# What turns the order of letters around, or is there without being seen; the joiners and marks that scripts need stay.
_UNSEEN = {0x061C, 0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2028, 0x202A), *range(0x2066, 0x206A)}
_SPACES = {"\n": "↵ ", "\r": "", "\t": " "}
_MARKS = 4  # of one letter: more only climb over the lines above


def shown(text: Any, most: int = 80) -> str:
    """A text as it can be shown anywhere: cut, on one line, with all that is invisible made visible.

    >>> shown("a\\u202eb\\x00"), shown("abcdef", 4)
    ('a⟨U+202E⟩b⟨U+0000⟩', 'abc…')
    """
    text = "" if text is None else str(text)
    text = text if len(text) <= most else text[: most - 1] + "…"
    parts, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MARKS:
            parts.append(_SPACES[letter] if letter in _SPACES else _visible(letter))
    return "".join(parts)


def _visible(letter: str) -> str:
    code = ord(letter)
    hidden = code in _UNSEEN or 0xE0000 <= code <= 0xE0FFF or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return f"⟨U+{code:04X}⟩" if hidden or unicodedata.category(letter) in ("Cc", "Cs") else letter


def finite(value: Any) -> float | None:
    """The value if it is a number that can be drawn, else None.

    >>> finite(3), finite(None), finite(float("nan")), finite(True)
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def score(value: float | None) -> str:
    """A score with four digits, as the table of the command line writes it."""
    return NONE if value is None else f"{value:.4f}"


def points(value: float | None, *, sign: bool = True) -> str:
    """A difference of scores in points, of which a score of 1 has a hundred.

    >>> points(0.0086), points(-0.05), points(0.031, sign=False)
    ('+0.9', '−5.0', '3.1')
    """
    if value is None:
        return NONE
    said = f"{100 * value:+.1f}" if sign else f"{100 * value:.1f}"
    return said.replace("-", "−")


def whole(value: float | None) -> str:
    """A number without its fraction: 12,345."""
    return NONE if value is None else f"{value:,.0f}"


def measured(value: float | None, unit: str = "") -> str:
    """A measured number with three digits or all of its whole part.

    >>> measured(0.4567, "ms"), measured(45.67), measured(123456.7)
    ('0.457 ms', '45.7', '123,457')
    """
    if value is None:
        return NONE
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}" + f" {unit}" * bool(unit)


def memory(value: float | None) -> str:
    """Bytes, as in the table of the command line.

    >>> memory(734003200)
    '700.0 MiB'
    """
    return NONE if value is None else f"{value / 2**20:,.1f} MiB"


def rate(value: float | None) -> str:
    """A learning rate with two digits that count.

    >>> rate(0.0026999), rate(1e-05)
    ('0.0027', '1e-05')
    """
    return NONE if value is None else f"{value:.2g}"


def short(value: float) -> str:
    """A number where there is little room, on an axis.

    >>> short(0.02), short(950), short(1500), short(2e6)
    ('0.02', '950', '1.5k', '2M')
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def listed(names: list[str]) -> str:
    """Names in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def counted(number: int, thing: str) -> str:
    """A number of things.

    >>> counted(1, "seed"), counted(1200, "row")
    ('1 seed', '1,200 rows')
    """
    return f"{number:,} {thing}" + "s" * (number != 1)
