"""What a reader takes for one letter stays together."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.explaining.clusters import clusters


def parts(text: str) -> list[str]:
    starts = sorted({*clusters(text)})
    return [text[start:end] for start, end in itertools.pairwise([*starts, len(text)])]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("abc", ["a", "b", "c"]),
        ("שָׁלוֹם", ["שָׁ", "ל", "וֹ", "ם"]),
        ("e\u0301\u0300x", ["e\u0301\u0300", "x"]),
        ("👩‍👩‍👧!", ["👩‍👩‍👧", "!"]),
        ("👍🏽❤️", ["👍🏽", "❤️"]),
        ("🇮🇱🇫🇷🇩", ["🇮🇱", "🇫🇷", "🇩"]),
        ("\u1112\u1161\u11ab글", ["\u1112\u1161\u11ab", "글"]),
        ("a\r\nb\n\u0301c", ["a", "\r\n", "b", "\n", "\u0301", "c"]),
        ("\u0301a", ["\u0301", "a"]),
    ],
)
def test_a_letter_keeps_what_belongs_to_it(text: str, wanted: list[str]) -> None:
    assert parts(text) == wanted


@given(st.text(st.characters(), max_size=40))
def test_clusters_are_runs_that_cover_the_text(text: str) -> None:
    found = clusters(text)
    assert len(found) == len(text)
    assert found == sorted(found)
    assert all(found[start] == start for start in found)
