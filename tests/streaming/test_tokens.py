import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.runtime.cutting import RULES
from atrous.runtime.features import Features
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.streaming.tokens import Tokens

WORDS = Tokeniser("words", True, ("a", "don", "n't", "j.", "!"))
LETTERS = Tokeniser("characters", False, tuple("aAJ."))
READERS = {
    rule: Reader(LETTERS if rule == "characters" else WORDS, spelling=LETTERS, letters=2, rule=rule) for rule in RULES
}
READERS["features"] = Reader(WORDS, rule="fine", features=Features(shape=True, affixes=2, hashed=9))
WRITTEN = ["a", "don't", "J.", "U.S.", "Smith", "it's", "12.5", "e.g.", "x@y.de", "İΣ", "!!", " ", "\n\t", "é"]
TEXTS = st.lists(st.sampled_from(WRITTEN)).map("".join)


def cut(text, seed):
    chance, pieces = random.Random(seed), []
    while text:
        size = chance.randrange(5)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def given_out(row, seed):
    """All that a row gives out, some tokens at a time: its text, tokens and offsets."""
    chance, text, tokens, offsets = random.Random(seed), "", [], []
    left = len(row._tokens)
    while left:
        count = chance.randint(1, left)
        (some, words, places), begin = row.give(count, ended=count == left)
        assert begin == len(text)
        assert [some[start:end] for start, end in places] == words
        text, tokens, left = text + some, tokens + words, left - count
        offsets += [(begin + start, begin + end) for start, end in places]
    return text + row.give(0, ended=True)[0][0], tokens, offsets


def joined(parts):
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@pytest.mark.parametrize("name", READERS)
@given(text=TEXTS, seed=st.integers(0, 2**16))
def test_any_cutting_gives_the_tokens_of_the_whole_text(name, text, seed):
    reader = READERS[name]
    row = Tokens(reader)
    found = joined([*map(row.push, cut(text, seed)), row.finish()])
    for name, array in reader(text).items():
        np.testing.assert_array_equal(found[name], array)
    assert given_out(row, seed) == reader.cut(text)


@pytest.mark.parametrize("rule", RULES)
@given(tokens=st.lists(st.sampled_from(["a", "J.", "", "Ann Smith", "!"])), seed=st.integers(0, 99))
def test_tokens_may_come_in_lists(rule, tokens, seed):
    row = Tokens(READERS[rule])
    found = joined([*map(row.push, [*cut(tokens, seed), []]), row.finish()])
    np.testing.assert_array_equal(found["ids"], READERS[rule](tokens)["ids"])
    text, words, places = READERS[rule].cut(tokens)
    assert given_out(row, seed) == (text, words, places)


DECIDED = {"characters": [1] * 6, "fine": [0, 2, 0, 0, 1, 0], "treebank": [0, 0, 0, 1, 0, 1]}


@pytest.mark.parametrize("rule", RULES)
def test_what_is_decided_waits_for_no_more_than_its_rule_needs(rule):
    row = Tokens(READERS[rule])
    assert [len(row.push(one)["ids"]) for one in "J. S a"] == DECIDED[rule]


@given(text=TEXTS, seed=st.integers(0, 99))
def test_what_is_beyond_the_longest_row_is_not_there(text, seed):
    reader = Reader(WORDS, rule="fine", max_steps=3)
    row = Tokens(reader)
    ids = joined([*map(row.push, cut(text, seed)), row.finish()])["ids"]
    np.testing.assert_array_equal(ids, reader(text)["ids"])
    whole, tokens, offsets = reader.cut(text)
    found = given_out(row, seed)
    assert found[1:] == (tokens[:3], offsets[:3])
    assert found[0] == (whole[: offsets[2][1]] if len(tokens) >= 3 else whole)
    if len(tokens) >= 3:
        assert row.push("more of it")["ids"].tolist() == []
        assert "".join(row._text) == ""


def test_steps_have_the_tokens_that_their_ids_stand_for():
    row = Tokens(Reader(WORDS, rule="fine", max_steps=3))
    assert row.spelled({"ids": np.array([2, 1])})["ids"].tolist() == [2, 1]
    assert row.spelled({"ids": np.array([6, 2])})["ids"].tolist() == [6]
    assert row.give(3, ended=True) == (("a � !", ["a", "�", "!"], [(0, 1), (2, 3), (4, 5)]), 0)


def test_texts_and_lists_of_tokens_do_not_mix():
    row = Tokens(READERS["fine"])
    with pytest.raises(TypeError, match="Reader needs texts, or sequences of tokens, got int: 3"):
        row.push(3)
    row.push("Ann ")
    with pytest.raises(TypeError, match="its pieces were texts, which lists of tokens cannot go on"):
        row.push(["left"])
    row.push("left")
    assert row.finish()["ids"].tolist() == [1]
    row = Tokens(READERS["fine"])
    row.push(["Ann"])
    with pytest.raises(TypeError, match="its pieces were lists of tokens, which texts cannot go on"):
        row.push("left")
