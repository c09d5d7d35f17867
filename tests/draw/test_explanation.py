"""An explanation holds numbers, and says how strong each is."""

import json

import pytest

from atrous.draw.explanation import Explanation, Piece, around, runs

PIECES = (Piece(0, 0, 3, -2.0, 0.02), Piece(0, 4, 5, 0.05, 0.0), Piece(0, 6, 10, 1.0, 0.5, (0.25, 0.75)))
FOUND = Explanation(("not a good film",), PIECES, "pos", 0.25, "neg", -1.1, nothing=0.4)


def test_a_level_is_a_fifth_of_the_largest_score_of_its_method():
    assert FOUND.levels("gradient") == [-5, 0, 3]
    assert FOUND.levels("occlusion") == [0, 0, 5]
    even = Explanation(("abcdef",), tuple(Piece(0, n, n + 1, n / 5) for n in range(6)), "x", 0.5, "x", 0.0)
    assert even.levels("gradient") == [0, 1, 2, 3, 4, 5]
    flat = Explanation(("a",), (Piece(0, 0, 1, 0.0),), "x", 0.5, "x", 0.0)
    assert flat.levels("gradient") == [0]


def test_the_gap_is_what_the_sum_leaves():
    assert FOUND.gap == pytest.approx(-1.1 - 0.4 - (-2.0 + 0.05 + 1.0))
    assert Explanation(("a",), (Piece(0, 0, 1, None, 1.0),), "x", 0.5, "x", 0.0).gap is None


def test_every_character_is_in_one_run():
    for method in FOUND.methods:
        assert "".join(run for run, _, _ in runs(FOUND, method, 0)) == FOUND.texts[0]
    assert runs(FOUND, "gradient", 0)[0] == ("not", -5, -2.0)


def test_the_strongest_come_first_whichever_their_sign():
    assert [FOUND.shown(one) for one in FOUND.strongest(2)] == ["not", "good"]
    only = Explanation(("ab",), (Piece(0, 0, 1, None, 0.5), Piece(0, 1, 2, None, -3.0)), "x", 0.5, "x", 0.0)
    assert (only.methods, only.shown(only.strongest(1)[0])) == (("occlusion",), "b")


def test_an_explanation_is_json_with_the_spelling_that_was_given():
    found = FOUND.to_json()
    assert json.loads(json.dumps(found)) == found
    assert found["pieces"][2] == {
        "text": "good", "of": 0, "start": 6, "end": 10, "gradient": 1.0, "occlusion": 0.5, "features": [0.25, 0.75],
    }  # fmt: skip


def test_a_notebook_shows_the_page():
    assert "not" in FOUND._repr_html_() and "<style>" in FOUND._repr_html_()
    assert repr(FOUND).startswith("Explanation('pos' at 0.250, answer 'neg': 'not' -2.00")


def test_what_is_around_a_piece_is_cut_where_words_end_and_no_letter_loses_its_marks():
    assert around("one two three four", 8, 13, 6) == ("… two ", " four")
    assert around("one two three four five", 8, 13, 7) == ("… two ", " four …")
    assert around("ab", 0, 1, 5) == ("", "b")
    shalom = "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd"
    assert around(shalom + shalom, 7, 10, 6) == ("…" + shalom[3:], shalom[3:])
