from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.errors import DataError
from atrous.runtime.features import Features
from atrous.runtime.growing import Growing
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

WORDS = Tokeniser("words", True, ("a", "ab", "!", "ς"))
LETTERS = Tokeniser("characters", False, tuple("aAbΣς"))
READERS = {
    "words": Reader(WORDS),
    "bytes": Reader(Tokeniser("bytes", True, ())),
    "words and letters": Reader(WORDS, spelling=LETTERS, letters=2),
    "words beside characters": Reader(WORDS, beside=LETTERS),
    "characters beside words": Reader(LETTERS, beside=WORDS, spelling=LETTERS, letters=1),
    "words and features": Reader(replace(WORDS, lower=False), features=Features(shape=True, affixes=2, hashed=9)),
    "words and features, lower": Reader(WORDS, features=Features(affixes=1, hashed=9), beside=LETTERS),
    "two texts": Reader(WORDS, beside=LETTERS, two_texts=True),
    "words, some steps": Reader(WORDS, max_steps=3),
    "two texts, some steps": Reader(WORDS, beside=LETTERS, two_texts=True, max_steps=4),
}
TEXTS = st.text("aAbΣς! .é", max_size=20)
NUMBERS = Reader(series=Series((0.0, 1.0), (1.0, 2.0)))


def in_pieces(row, pieces):
    parts = [*map(row.push, pieces), row.finish()]
    assert all(len({len(array) for array in part.values()}) == 1 for part in parts)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def cut(text, chance):
    pieces = []
    while text:
        size = chance.randrange(5)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("name", READERS)
@given(texts=st.lists(TEXTS, min_size=2, max_size=2), seed=st.integers(0, 2**16))
def test_any_cutting_gives_the_arrays_of_the_whole_row(name, texts, seed):
    reader, chance = READERS[name], random.Random(seed)
    row = Growing(reader)
    for text, other in (texts, texts[::-1]):  # the first row leaves nothing to the second
        if reader.two_texts:
            pieces = list(itertools.zip_longest(cut(text, chance), cut(other, chance), fillvalue=""))
            same(in_pieces(row, pieces), reader((text, other)))
        else:
            same(in_pieces(row, cut(text, chance)), reader(text))


@pytest.mark.parametrize("reader", [NUMBERS, replace(NUMBERS, max_steps=3)])
@given(steps=st.lists(st.tuples(st.integers(-9, 9), st.one_of(st.none(), st.integers(0, 99)))), seed=st.integers(0, 99))
def test_a_series_may_be_cut_within_a_number(reader, steps, seed):
    text = " ".join(f"{first},{'?' if second is None else second}" for first, second in steps)
    row = Growing(reader)
    same(in_pieces(row, cut(text, random.Random(seed))), reader(text))
    same(in_pieces(row, [[*map(list, steps[:2])], [*map(list, steps[2:])]]), reader(text))


def test_numbers_end_the_number_that_was_being_written():
    row = Growing(NUMBERS)
    assert row.push("1,2 3,4")["values"].tolist() == [[1.0, 0.5]]
    np.testing.assert_array_equal(row.push([[5, None]])["values"], [[3.0, 1.5], [5.0, np.nan]])
    np.testing.assert_array_equal(row.push([[6, 7]])["values"], [[6.0, 3.0]])
    assert row.finish()["values"].shape == (0, 2)


def test_two_representations_go_out_together():
    row = Growing(READERS["words beside characters"])
    assert {name: array.tolist() for name, array in row.push("a b").items()} == {"ids": [2], "beside": [2]}
    assert {name: array.tolist() for name, array in row.finish().items()} == {"ids": [1, 0], "beside": [1, 4]}


@pytest.mark.parametrize(("name", "piece"), [("words", 3), ("two texts", "a"), ("two texts", ("a", None))])
def test_a_piece_that_is_no_text_changes_nothing(name, piece):
    row = Growing(READERS[name])
    row.push(("a", "") if name == "two texts" else "a")
    with pytest.raises(TypeError, match="Reader needs"):
        row.push(piece)
    assert row.finish()["ids"].tolist() == [2]


def test_a_piece_that_is_no_number_changes_nothing():
    row = Growing(NUMBERS)
    row.push("1,")
    for wrong, words in (("x 2,3 ", "step 1: 'x' is no finite number"), (" 4 ", "step 2 has 1 values, expected 2")):
        with pytest.raises(DataError, match=words):
            row.push(wrong)
    assert row.push("3 ")["values"].tolist() == [[1.0, 1.0]]
    for wrong in ("4 ", [[1]]):
        with pytest.raises(DataError, match="after 1 steps, step 1 has 1 values"):
            row.push(wrong)
    row.push("4")
    for _ in range(2):
        with pytest.raises(DataError, match="after 1 steps, step 1 has 1 values"):
            row.finish()
    row.push(",5")
    assert row.finish()["values"].tolist() == [[4.0, 2.0]]
    with pytest.raises(DataError, match=r"^step 1"):
        row.push("1 ")
