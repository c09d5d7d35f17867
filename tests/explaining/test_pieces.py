"""Every piece is a run of the text as it was given, and knows its steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.errors import DataError
from atrous.explaining.clusters import clusters
from atrous.explaining.pieces import parts, places
from atrous.runtime.bpe import ALPHABET
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser

BYTES = Tokeniser("bytes", False, ())
WORDS = Tokeniser("words", True, ("good", "film"))
KINDS = [BYTES, Tokeniser("characters", True, ("a",)), WORDS, Tokeniser("bpe", True, (*ALPHABET, "go"), ("g o",))]


def said(reader, row, **options):
    found = places(reader, row)
    return [found.texts[one.text][one.start : one.end] for one in parts(found, **options)]


def test_a_word_keeps_its_own_spelling():
    assert said(Reader(WORDS), "A GOOD film!") == ["A", "GOOD", "film", "!"]


@pytest.mark.parametrize("tokeniser", KINDS, ids=lambda one: one.kind)
def test_a_letter_of_several_tokens_is_one_piece(tokeniser):
    found = said(Reader(tokeniser), "שָׁ👍🏽 go")
    assert "שָׁ" in found
    assert any(one.strip() == "👍🏽" for one in found)


def test_two_tokenisations_of_a_text_meet_in_its_longer_tokens():
    reader = Reader(WORDS, beside=Tokeniser("characters", False, tuple("adgo")))
    found = parts(places(reader, "Good a"))
    assert [(one.start, one.end, one.steps) for one in found] == [
        (0, 4, {"ids": (0,), "beside": (0, 1, 2, 3)}),
        (4, 5, {"beside": (4,)}),
        (5, 6, {"ids": (1,), "beside": (5,)}),
    ]


def test_two_texts_have_pieces_of_their_own():
    found = places(Reader(WORDS, beside=BYTES, two_texts=True), ("a film", "né"))
    assert [(one.text, one.start, one.end) for one in parts(found)] == [(0, 0, 1), (0, 2, 6), (1, 0, 1), (1, 1, 2)]
    assert found.shown(0, 2) == "a film / né"
    assert found.shown(2, 3) == "é"


@pytest.mark.parametrize("tokeniser", [KINDS[0], KINDS[1], KINDS[3]], ids=lambda one: one.kind)
def test_words_take_the_white_space_before_them(tokeniser):
    assert said(Reader(tokeniser), "a  good\nfilm", words=True) == ["a", "  good", "\nfilm"]


def test_the_steps_of_a_series_are_its_pieces():
    reader = Reader(series=Series((0.0, 0.0), (1.0, 1.0)))
    assert said(reader, " 1,2  ?,4 ") == ["1,2", "?,4"]
    found = places(reader, [[1.0, None], np.array([0.25, 3.0])])
    assert found.texts == ("1,? 0.25,3",)
    assert found.fields["values"] == (0, [(0, 3), (4, 10)])
    with pytest.raises(DataError, match="step 1 has 1 values"):
        places(reader, "1 2")


def test_what_is_not_read_has_no_place():
    found = places(Reader(BYTES, max_steps=3), "abcdef")
    assert (len(found.fields["ids"][1]), found.unread) == (3, 3)
    assert [(one.start, one.end) for one in parts(found)] == [(0, 1), (1, 2), (2, 3)]


@given(st.text(st.characters(), max_size=30), st.sampled_from(KINDS), st.booleans())
def test_pieces_hold_every_step_once_and_whole_letters(text, tokeniser, words):
    reader = Reader(tokeniser, beside=BYTES)
    found = parts(places(reader, text), words=words)
    for field, steps in (("ids", len(tokeniser(text))), ("beside", len(BYTES(text)))):
        assert sorted(step for one in found for step in one.steps.get(field, ())) == list(range(steps))
    first = [*clusters(text), len(text)]
    ends = [0, *(end for one in found for end in (one.start, one.end))]
    assert ends == sorted(ends)
    assert words or all(first[place] == place for place in ends)
