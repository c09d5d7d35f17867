import json
from itertools import pairwise

import numpy as np
import pytest

from atrous.errors import FolderError
from atrous.runtime.arrays import stacked
from atrous.runtime.features import Features
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

BYTES = Tokeniser("bytes", False, ())
WORDS = Tokeniser("words", True, ("good", "film"))
CASED = Tokeniser("words", False, ("Good", "film"))
LETTERS = Tokeniser("characters", False, tuple("dfgilmo"))

READERS = {
    "text": Reader(BYTES),
    "two tokenisations": Reader(WORDS, beside=LETTERS),
    "two texts": Reader(WORDS, beside=BYTES, two_texts=True),
    "spelled": Reader(WORDS, spelling=LETTERS, letters=3),
    "featured": Reader(CASED, features=Features(shape=True, affixes=1, hashed=20), spelling=LETTERS, letters=3),
    "series": Reader(series=Series((1.0, 2.0), (3.0, 4.0))),
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_survives_json(name):
    reader = READERS[name]
    assert Reader.from_json(json.loads(json.dumps(reader.to_json()))) == reader


@pytest.mark.parametrize("name", READERS)
def test_every_array_of_a_row_has_the_rows_steps(name):
    reader = READERS[name]
    row = {"two texts": ("Good film", "bon film"), "series": "1,2 ?,4"}.get(name, "Good film, good")
    for one in (row, ("", "") if name == "two texts" else ""):
        arrays = reader(one)
        assert arrays.keys() == reader.sizes.keys()
        assert len({len(array) for array in arrays.values()}) == 1
        assert {array.dtype for array in arrays.values()} == {array.dtype for array in reader.empty.values()}
    assert all(not len(array) for array in reader.empty.values())


def test_the_shorter_representation_ends_in_nothing():
    assert READERS["two texts"](("film", "ab"))["ids"].tolist() == [3, 0]
    assert READERS["two texts"](("film good", "a"))["beside"].tolist() == [ord("a") + 2, 0]


def test_words_are_spelled_and_cut():
    assert READERS["spelled"]("GOOD of x")["characters"].tolist() == [[4, 8, 8], [8, 3, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    "name, row, said",
    [
        ("text", 3, "needs texts, got int: 3"),
        ("text", ("a", "b"), "needs texts, got tuple"),
        ("two texts", "a", "needs pairs of texts, .text, beside., got str: 'a'"),
        ("two texts", ("a", 3), "needs pairs of texts"),
    ],
)
def test_a_row_of_another_kind_is_refused(name, row, said):
    with pytest.raises(TypeError, match=said):
        READERS[name](row)


def test_one_row_and_several_are_told_apart():
    assert READERS["text"].rows("one") == ["one"]
    assert READERS["text"].rows(("one", "two")) == ["one", "two"]
    assert READERS["two texts"].rows(("one", "eins")) == [("one", "eins")]
    assert READERS["series"].rows([[1, 2], [3, 4]]) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "options, said",
    [
        ({}, "either a tokeniser or a series"),
        ({"tokeniser": BYTES, "series": Series((0.0,), (1.0,))}, "either a tokeniser or a series"),
        ({"tokeniser": BYTES, "two_texts": True}, "two texts needs a second tokeniser"),
        ({"tokeniser": BYTES, "letters": 3}, "spelling and letters >= 1, or neither, got letters=3"),
        ({"tokeniser": BYTES, "spelling": BYTES, "letters": 3}, "spelling in characters, got bytes"),
        ({"series": Series((0.0,), (1.0,)), "beside": BYTES}, "neither a second tokeniser nor spelling"),
        ({"tokeniser": BYTES, "features": Features(affixes=1)}, "a tokeniser of words to read features"),
        ({"series": Series((0.0,), (1.0,)), "features": Features(affixes=1)}, "a tokeniser of words to read features"),
        ({"tokeniser": WORDS, "features": Features(shape=True)}, "texts as they are to read shapes .* lower-cased"),
    ],
)
def test_what_does_not_go_together_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        Reader(**options)


@pytest.mark.parametrize(
    "values",
    [
        None,
        {},
        {"tokeniser": 3},
        {"tokeniser": CASED.to_json(), "features": {"affixes": 99}},
        {"tokeniser": CASED.to_json(), "features": {"colour": 1}},
        {"tokeniser": CASED.to_json(), "features": [1]},
        {"tokeniser": BYTES.to_json(), "letters": "x"},
        {"other": 1},
    ],
)
def test_a_damaged_reader_is_a_damaged_folder(values):
    with pytest.raises(FolderError, match="damaged or of another version"):
        Reader.from_json(values)


def test_a_reader_cuts_every_array_of_a_long_row_and_says_so():
    letters = Tokeniser("characters", False, tuple("defgilmo"))
    reader = Reader(WORDS, beside=letters, spelling=letters, letters=3, max_steps=2)
    whole, read = reader.whole("good film"), reader("good film")
    assert set(read) == {"ids", "beside", "characters"}
    for name, array in read.items():
        assert len(array) == 2
        np.testing.assert_array_equal(array, whole[name][:2])
    assert reader.cuts("good film")
    assert not reader.cuts("of")
    assert not Reader(WORDS).cuts("good film " * 99)
    assert Reader.from_json(reader.to_json()) == reader
    with pytest.raises(ValueError, match="max_steps >= 1 or None, got max_steps=0"):
        Reader(WORDS, max_steps=0)
    for wrong in ("9", True, 0):
        with pytest.raises(FolderError, match="max_steps"):
            Reader.from_json({**reader.to_json(), "max_steps": wrong})


def test_rows_of_further_axes_are_stacked_too():
    assert stacked([np.ones((1, 2), np.float32), np.ones((0, 2), np.float32)], 2).tolist() == [
        [[1, 1], [0, 0]],
        [[0, 0], [0, 0]],
    ]


@pytest.mark.parametrize(("given", "name"), [(None, "NoneType"), (5, "int"), (b"good", "bytes")])
def test_what_is_no_text_is_refused_in_words(given, name):
    for reader in READERS.values():
        with pytest.raises(TypeError, match=f"expected a text or a sequence of them, got {name}"):
            reader.rows(given)


def test_a_tagger_sees_the_shape_of_a_word_that_it_looks_up_in_small_letters():
    reader = Reader(WORDS, features=Features(shape=True, hashed=1000), rule="fine")
    capital, small = reader("GOOD good")["features"].tolist()
    assert reader("GOOD good")["ids"].tolist() == [2, 2]
    assert capital[0] != small[0]
    assert capital[1:] == small[1:]


def test_the_second_text_has_no_features():
    reader = Reader(CASED, beside=LETTERS, features=Features(hashed=20))
    assert (reader("film")["features"] > 0).tolist() == [[True, True], *[[False, False]] * 3]


def test_many_rows_are_read_as_each_is_and_cut_alike():
    texts = ["good film", "", "a good good film", "film"]
    for most in (None, 1, 2, 100):
        reader = Reader(WORDS, max_steps=most)
        ids, starts, cut = reader.many(texts)
        assert [ids[start:end].tolist() for start, end in pairwise(starts)] == [
            reader(text)["ids"].tolist() for text in texts
        ]
        assert cut == sum(reader.cuts(text) for text in texts)
        assert starts.dtype == np.int64
    with pytest.raises(TypeError, match="Reader needs texts, got int: 3"):
        reader.many(["good", 3])


def test_only_a_reader_of_ids_of_one_text_is_plain():
    assert [name for name, reader in READERS.items() if reader.plain] == ["text"]
    assert not Reader(WORDS, rule="fine").plain
    with pytest.raises(ValueError, match="more than the ids of one text"):
        READERS["two texts"].many([("a", "b")])
