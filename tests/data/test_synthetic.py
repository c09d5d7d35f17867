from collections import Counter

import numpy as np
import pytest

from atrous.data import synthetic
from atrous.data.synthetic import FILLERS, Made, dependency, tagged_dependency
from atrous.errors import ConfigError

EXCHANGED = {"A": "B", "B": "A"}


def windows(tokens, size):
    """How often each window of so many tokens is there, those that reach over the edges too."""
    padded = [None] * size + list(tokens) + [None] * size
    return Counter(tuple(padded[first : first + size]) for first in range(len(padded) - size + 1))


def exchanged(row):
    """The row with A and B exchanged: a row of the other label, as probable."""
    return [EXCHANGED.get(token, token) for token in row.text.split()]


def is_hidden(row, size):
    """Whether windows of that size are the same in the row and in its like of the other label."""
    return windows(row.text.split(), size) == windows(exchanged(row), size)


@pytest.mark.parametrize("length", [2, 3, 8, 64])
def test_every_row_has_a_like_of_the_other_label_with_the_same_shorter_windows(length):
    for row in dependency(length, rows=40, seed=3):
        assert all(is_hidden(row, size) for size in {1, length // 2, length - 1} - {0})
        assert not is_hidden(row, length)


@pytest.mark.parametrize("length", [1, 2, 8, 64])
def test_the_label_says_which_marker_comes_first_and_where_it_lies(length):
    rows = dependency(length, rows=200, seed=1)
    for row in rows:
        tokens = row.text.split()
        places = [place for place, token in enumerate(tokens) if token in EXCHANGED]
        assert row.label == f"{tokens[places[0]]} first"
        assert len(tokens) == max(16, 4 * length)
        assert places[-1] - places[0] == length - 1
        assert set(tokens) - set(FILLERS) <= set(EXCHANGED)
    assert Counter(row.label for row in rows) == {"A first": 100, "B first": 100}
    assert dependency(length, rows=200, seed=1) == rows
    assert dependency(length, rows=200, seed=2) != rows


def test_filler_that_is_not_repeated_would_give_the_label_away():
    generator = np.random.default_rng(0)
    filler = [" ".join(FILLERS[one] for one in generator.integers(len(FILLERS), size=20)) for _ in range(3)]
    row = Made(f"{filler[0]} A {' '.join(filler[1].split()[:6])} B {filler[2]}", "A first")
    assert not is_hidden(row, 7)


def test_what_cannot_be_made_is_said():
    with pytest.raises(ConfigError, match=r"--length 0: expected 1 to 10,000 tokens"):
        dependency(0)
    with pytest.raises(ConfigError, match="--rows 1: expected 2 or more"):
        dependency(3, rows=1)
    synthetic.check_length(synthetic.LONGEST)


@pytest.mark.parametrize("after", [False, True])
def test_a_tag_is_that_of_the_token_so_many_steps_away(after):
    for row in tagged_dependency(4, after=after, rows=20, steps=11):
        for place, tag in enumerate(row["tags"]):
            other = place + 4 if after else place - 4
            there = 0 <= other < 11
            assert tag == (("early" if row["tokens"][other] in "uvw" else "late") if there else "none")
    assert tagged_dependency(9, rows=1, steps=3)[0]["tags"] == ["none"] * 3
    with pytest.raises(ConfigError, match="--length 0"):
        tagged_dependency(0)
