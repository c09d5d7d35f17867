from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.data.vocabulary import fit


def test_tokens_are_ordered_by_count_and_then_by_code_point():
    found = fit("characters", ["bab", "cdb", "é"], lower=False, minimum_count=1, limit=None)
    assert found.tokens == ("b", "a", "c", "d", "é")


@given(st.lists(st.text("abé !", max_size=8), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_matter(texts: list[str], chance: random.Random):
    mixed = list(texts)
    chance.shuffle(mixed)
    for kind in ("characters", "words"):
        first = fit(kind, texts, lower=False, minimum_count=1, limit=None)
        assert first == fit(kind, mixed, lower=False, minimum_count=1, limit=None)
        assert all(1 not in first(text) for text in texts)


def test_rare_tokens_are_unknown():
    found = fit("words", ["a a b", "a b c"], lower=False, minimum_count=2, limit=None)
    assert found.tokens == ("a", "b")
    assert found("a c").tolist() == [2, 1]


def test_the_limit_keeps_the_most_frequent():
    assert fit("words", ["a b b c c c"], lower=False, minimum_count=1, limit=2).tokens == ("c", "b")


def test_lower_case_is_counted_as_one():
    assert fit("words", ["The the THE"], lower=True, minimum_count=3, limit=None).tokens == ("the",)


def test_bytes_have_their_table_without_reading_a_text():
    def texts():
        raise AssertionError("read")
        yield ""

    assert fit("bytes", texts(), lower=True, minimum_count=5, limit=1).size == 258


def test_a_lone_surrogate_gets_no_id():
    assert fit("characters", ["a\ud800"], lower=False, minimum_count=1, limit=None).tokens == ("a",)
    assert fit("words", ["a \udfff"], lower=False, minimum_count=1, limit=None).tokens == ("a",)


def test_no_texts_give_a_vocabulary_of_unknowns():
    assert fit("words", [], lower=False, minimum_count=1, limit=None).size == 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"minimum_count": 0, "limit": None}, "got minimum_count=0"), ({"minimum_count": 1, "limit": 0}, "got limit=0")],
)
def test_fit_says_which_number_it_got(settings, words):
    with pytest.raises(ValueError, match=words):
        fit("words", [], lower=False, **settings)
