from __future__ import annotations

import random
import subprocess
import sys

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


LOW = ["low lower lowest", "new newer newest low"] * 3


def test_byte_pairs_merge_what_stands_together_most_often():
    pairs = fit("bpe", LOW, lower=False, minimum_count=2, limit=None)
    assert pairs.split("low lowest newest")[-2:] == [" lowest", " newest"]
    # "we" stands in lower, lowest, newer and newest, thrice each, and no pair more often.
    assert pairs.merges[0] in {"l o", "o w", "w e", "n e", "e w"}
    assert fit("bpe", LOW, lower=False, minimum_count=2, limit=258).size == 2 + 258
    assert fit("bpe", LOW, lower=False, minimum_count=99, limit=None).merges == ()


def test_byte_pairs_follow_from_the_texts_alone():
    one = fit("bpe", LOW, lower=False, minimum_count=2, limit=280)
    assert fit("bpe", LOW[::-1], lower=False, minimum_count=2, limit=280) == one
    code = (
        "from atrous.data.vocabulary import fit\n"
        f"print(fit('bpe', {LOW!r}, lower=False, minimum_count=2, limit=280).merges)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(one.merges)


def test_byte_pairs_take_any_text_and_know_every_byte():
    pairs = fit("bpe", ["\ud800 \x00 É", ""], lower=True, minimum_count=1, limit=300)
    assert len(pairs.tokens) >= 256
    assert 1 not in pairs("never seen: 中 \udfff")
    assert pairs("É").tolist() == pairs("é").tolist()


def test_byte_pairs_need_room_for_every_byte():
    with pytest.raises(ValueError, match="limit >= 256 for bpe, one for every byte, got limit=255"):
        fit("bpe", LOW, lower=False, minimum_count=1, limit=255)
