import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.runtime.features import AFFIXES, SHAPES, Features, shape_of

ALL = Features(shape=True, affixes=3, hashed=100)
WORDS = st.lists(st.text(max_size=8), max_size=6)  # lone surrogates too


@pytest.mark.parametrize("word, shape", [
    ("paper", "lower"), ("à", "lower"), ("London", "initial capital"), ("EU", "capitals"), ("I", "capital"),
    ("McKay", "several capitals"), ("iPhone", "inner capital"), ("東京", "without case"), ("三", "without case"),
    ("state-of", "lower and signs"), ("U.S.", "capitals and signs"), ("O'Neil", "mixed and signs"),
    ("1996", "digits"), ("½", "digits"), ("3.14", "digits and signs"), ("B52", "letters and digits"),
    ("...", "signs"), ("", "signs"), ("ǅ", "capital"), ("\ud800", "signs"),
])  # fmt: skip
def test_a_word_has_one_shape(word, shape):
    assert shape_of(word) == shape


def test_every_shape_is_some_words():
    words = ["a", "Aa", "AA", "A", "AaA", "aA", "京", "a-", "A-", "Aa-", "1", "1-", "a1", "-"]
    assert tuple(map(shape_of, words)) == SHAPES


@given(WORDS, st.booleans())
def test_ids_are_within_their_kinds_and_the_words_are_strangers(words, lower):
    found = ALL(words, lower=lower)
    assert found.shape == (len(words), ALL.kinds) and found.dtype == np.int32
    assert ((found >= 1) & (found < np.array(ALL.sizes))).all()
    for word, row in zip(words, found.tolist(), strict=True):
        assert Features(shape=True, affixes=3, hashed=100)([word], lower=lower).tolist() == [row]


def test_affixes_are_those_of_so_many_letters():
    found = Features(affixes=3)(["London", "Longer", "Lo", "don"])
    beginnings, ends = found[:, :3], found[:, 3:]
    assert (beginnings[0] == beginnings[1]).all()  # L, Lo, Lon
    assert (beginnings[0, :2] == beginnings[2, :2]).all() and beginnings[0, 2] != beginnings[2, 2]
    assert (ends[0] == ends[3]).all()  # n, on, don
    assert (ends[0] != ends[1]).all()
    assert beginnings[3, 2] == ends[3, 2]  # of a word of three letters both are the word


def test_no_number_depends_on_process_or_platform():
    found = Features(shape=True, affixes=1, hashed=1000)(["London", "東京"])
    assert found.tolist() == [[2, 932, 1854, 956, 711], [7, 315, 1799, 783, 722]]


def test_words_that_share_one_hash_seldom_share_both():
    words = [f"word{number}" for number in range(2000)]
    first, second = Features(hashed=64)(words).T
    pairs = {*zip(first.tolist(), second.tolist(), strict=True)}
    assert len({*first.tolist()}) == len({*second.tolist()}) == 64
    # Of 2,000 words in 64 x 64 cells, 4,096 x (1 - e^(-2000 / 4096)) = 1,582 are to be met.
    assert 1500 < len(pairs) < 1650


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("atrous.runtime.features._KNOWN", 3)
    features = Features(affixes=1)
    for number in range(9):
        features([f"word{number}"])
    assert len(features._known) <= 4


@pytest.mark.parametrize("features", [ALL, Features(shape=True), Features(affixes=10), Features(hashed=1)])
def test_features_survive_json(features):
    assert Features.from_json(json.loads(json.dumps(features.to_json()))) == features


def test_an_affix_length_has_ids_of_its_own():
    assert Features(affixes=2).sizes == (AFFIXES + 1,) * 4


@pytest.mark.parametrize("options", [{}, {"affixes": 11}, {"affixes": -1, "shape": True}, {"hashed": -1}])
def test_what_are_no_features_is_refused(options):
    with pytest.raises(ValueError, match="needs a shape, affixes of 1 to 10 letters, or hashed >= 1, got"):
        Features(**options)


@pytest.mark.parametrize(
    "values", [None, [], {}, {"shape": 1}, {"affixes": "3"}, {"affixes": True}, {"hashed": 2**31}, {"other": 1}]
)
def test_what_is_no_json_of_features_is_refused(values):
    with pytest.raises(ValueError, match=r"expected shape|Features needs"):
        Features.from_json(values)
