"""A text cut into the tokens that have a tag each. Needs the standard library alone; every export carries a copy."""

from __future__ import annotations

import re

RULES = ("characters", "fine")

_FINE = re.compile(r"\w+|[^\w\s]")


def tokens_of(text: str, rule: str) -> list[tuple[int, int]]:
    """Where each token of a text stands: its first character, and the one after its last.

    rule: "characters", every one of them; "fine", runs of letters, digits and underscores, every other character that
        is not a space by itself.

    >>> tokens_of("U.S. troops", "fine")
    [(0, 1), (1, 2), (2, 3), (3, 4), (5, 11)]

    Raises ValueError for another rule.
    """
    if rule not in RULES:
        raise ValueError(f"tokens_of needs a rule of {', '.join(RULES)}, got rule={rule!r}")
    if rule == "characters":
        return [(place, place + 1) for place in range(len(text))]
    return [(found.start(), found.end()) for found in _FINE.finditer(text)]
