import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.data.tagged.sentences import Sentence, aligned, ignored, joined

tokens = st.lists(st.text("ab é\u3000", min_size=1).filter(str.strip), max_size=6).map(tuple)


@given(tokens, st.sampled_from(["", " ", "\n"]))
def test_tokens_stand_where_they_are_said_to(tokens, between):
    text, offsets = joined(tokens, between)
    assert tuple(text[start:end] for start, end in offsets) == tokens
    if between:
        assert tuple(text[start:end] for start, end in aligned(text, tokens)) == tokens


@pytest.mark.parametrize(
    "text, tokens", [("Ann", ("Bob",)), ("Ann", ()), ("Ann left", ("Ann",)), ("Ann", ("Ann", "left"))]
)
def test_a_text_that_does_not_have_the_tokens_is_not_aligned(text, tokens):
    assert aligned(text, tokens) is None


def test_no_tokens_are_in_a_text_of_spaces():
    assert aligned(" ", ()) == ()


def test_a_long_text_is_aligned_in_one_pass():
    words = tuple(["word", "."] * 50_000)
    assert len(aligned("".join(f" {word}" for word in words) + " " * 100_000, words)) == 100_000


def test_a_token_of_a_row_stands_on_the_line_of_the_row():
    ignored("anything")
    assert Sentence(("a", "b"), 7).line_of(1) == 7
    assert Sentence(("a", "b"), 7, (7, 8)).line_of(1) == 8
