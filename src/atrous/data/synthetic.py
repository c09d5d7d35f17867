"""Rows whose dependency length is known, for judging what claims to find it. No torch here."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atrous.errors import ConfigError

FIRST, SECOND = "A", "B"  # the markers
FILLERS = tuple("uvwxyz")
LONGEST = 10_000


class Made(NamedTuple):
    """A row as it is made: its tokens with spaces between, and its label."""

    text: str
    label: str


def dependency(length: int, *, rows: int = 3000, seed: int = 0) -> list[Made]:
    """Rows whose label can be told from `length` neighbouring tokens, and from no fewer.

    A row is filler but for one A and one B, `length` tokens from the one to the other, both counted; its label says
    which comes first. The tokens before, between and after the two are the same length - 2 tokens, drawn anew for each
    row, with more filler around. So for every row there is one with A and B exchanged, as probable and of the other
    label, that has the same windows of length - 1 tokens, each as often, edges included: whatever is computed from
    such windows, and pooled however, says nothing of the label. With length 1 a row has A or B, and its label says
    which.

    rows: how many, half of each label. A row has 4 * length tokens, but 16 at least.

    >>> [row.text for row in dependency(4, rows=2)]
    ['y y y x y v x A v x B v x z x u', 'w w z B w z A w z v y w x w u y']

    Raises ConfigError if length, rows or seed is out of range.
    """
    check_length(length)
    check_seed(seed)
    if rows < 2:
        raise ConfigError(f"--rows {rows:,}: expected 2 or more, one of each label")
    generator = np.random.default_rng([seed, length])
    steps = max(16, 4 * length)
    made = []
    for number in range(rows):
        pair = (FIRST, SECOND) if number % 2 else (SECOND, FIRST)
        around = steps - 1 if length == 1 else steps - 2 - 3 * (length - 2)
        shared = [FILLERS[one] for one in generator.integers(len(FILLERS), size=max(0, length - 2))]
        outside = [FILLERS[one] for one in generator.integers(len(FILLERS), size=around)]
        cut = int(generator.integers(around + 1))
        inside = [pair[0]] if length == 1 else [*shared, pair[0], *shared, pair[1], *shared]
        made.append(Made(" ".join([*outside[:cut], *inside, *outside[cut:]]), f"{pair[0]} first"))
    return [made[int(place)] for place in generator.permutation(rows)]


def check_seed(seed: int) -> None:
    """Raise ConfigError for a seed that a generator does not take."""
    if seed < 0:
        raise ConfigError(f"--seed {seed}: expected 0 or more")


def check_length(length: int) -> None:
    """Raise ConfigError if no rows of this length can be made."""
    if not 1 <= length <= LONGEST:
        raise ConfigError(f"--length {length:,}: expected 1 to {LONGEST:,} tokens")


def tagged_dependency(
    distance: int, *, after: bool = False, rows: int = 300, steps: int = 24, seed: int = 0
) -> list[dict[str, list[str]]]:
    """Rows of tokens and tags, each tag being that of the token exactly `distance` steps before, and of no other.

    after: of the token so many steps after instead. Tokens are drawn each by itself, so whatever does not see that far
    to that side says nothing of a tag: a window around each token needs 2 * distance + 1 tokens. Where there is no such
    token, the tag is "none".

    >>> tagged_dependency(1, rows=1, steps=4)
    [{'tokens': ['x', 'z', 'z', 'x'], 'tags': ['none', 'late', 'late', 'late']}]

    Raises ConfigError if distance or seed is out of range.
    """
    check_length(distance)
    check_seed(seed)
    generator = np.random.default_rng([seed, distance])
    made = []
    for drawn in generator.integers(len(FILLERS), size=(rows, steps)).tolist():
        kinds = ["early" if one < len(FILLERS) // 2 else "late" for one in drawn]
        none = ["none"] * min(distance, steps)
        tags = [*kinds[distance:], *none] if after else [*none, *kinds[: max(0, steps - distance)]]
        made.append({"tokens": [FILLERS[one] for one in drawn], "tags": tags})
    return made
