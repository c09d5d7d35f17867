"""Texts made safe and numbers made readable."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.page.words import (
    counted,
    finite,
    listed,
    measured,
    memory,
    points,
    rate,
    score,
    short,
    shown,
    whole,
)


@given(
    st.text(st.characters(), max_size=200)
    | st.text(alphabet="a\x00\n\u202e\u2066\u200b\ufeff\ud800\U000e0041\uffff\u0301")
)
def test_what_is_shown_is_short_one_line_and_all_visible(text: str) -> None:
    said = shown(text, 50)
    said.encode()
    assert not {"\n", "\r", "\t", "\x00", "\u202e", "\u2066", "\u2028", "\u200b", "\ufeff", "\uffff", "\U000e0041"} & {
        *said
    }
    assert len(said) <= 50 * len("⟨U+10FFFF⟩")
    assert shown(said, 1000) == said


def test_letters_that_scripts_need_stay() -> None:
    for text in ("می‌خواهم", "👩‍👧", "שלום\u200f!", "Việt", "ทั่วไป"):
        assert shown(text) == text


def test_marks_do_not_climb_over_the_lines_above() -> None:
    assert len(shown("a" + "\u0301" * 70)) == 5


def test_a_line_end_is_shown_as_a_sign() -> None:
    assert shown("a\r\nb\tc") == "a↵ b c"


def test_a_missing_number_is_a_dash_everywhere() -> None:
    assert {score(None), points(None), whole(None), measured(None, "ms"), memory(None), rate(None)} == {"–"}


@pytest.mark.parametrize("value", [None, "3", math.nan, math.inf, -math.inf, True, [1]])
def test_what_is_no_number_is_missing(value: object) -> None:
    assert finite(value) is None


def test_numbers_have_the_digits_that_are_known() -> None:
    assert [measured(value) for value in (0.1234, 1.234, 12.34, 123.4, 1234.5)] == [
        "0.123",
        "1.23",
        "12.3",
        "123",
        "1,234",
    ]
    assert [short(value) for value in (1e10, 20000, 999)] == ["10G", "20k", "999"]


def test_lists_read_as_sentences() -> None:
    assert [listed([]), listed(["a", "b"]), counted(0, "row")] == ["", "a and b", "0 rows"]
