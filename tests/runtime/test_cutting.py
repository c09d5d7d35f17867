from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atrous.runtime.cutting import RULES, tokens_of


def test_characters_are_tokens_by_themselves_spaces_too():
    assert tokens_of("a 日", "characters") == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("rule", RULES)
@example("")
@example("Ann (42) left, didn't she?\n")
@example("שלום עולם 𝒳\ud800")
@given(st.text(st.one_of(st.characters(), st.sampled_from(" .,-'’@:/&n'tsAa1"))))
def test_tokens_stand_in_order_and_hold_everything_but_spaces(rule, text):
    places = tokens_of(text, rule)
    assert all(start < end for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    held = "".join(text[start:end] for start, end in places)
    assert "".join(held.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "tokens",
    [
        "She did n't leave U.S. troops , he said .",
        "I 'm sure Ann 's and Bob’s|’s cost $ 1,234.5 on 1996-08-22 at 10:30 .".replace("Bob’s|’s", "Bob ’s"),
        "Mr. O'Brien of AT&T can not go wan na gon na",
        "see http://a.b/c?d=e , www.a.org or ann.lee@b-c.co.uk !",
        "well-known :) ... -- !!! etc. p.m.",
        'J. Smith left ( early ) ; e.g. " now "',
    ],
)
def test_the_treebank_s_rule_cuts_as_treebanks_do(tokens):
    wanted = tokens.split(" ")
    joined = tokens
    for before, after in (
        (" n't", "n't"), (" '", "'"), (" ’s", "’s"), ("$ ", "$"), (" ,", ","), (" .", "."), (" !", "!"), ("( ", "("),
        (" )", ")"), (" ;", ";"), ("can not", "cannot"), ("wan na", "wanna"), ("gon na", "gonna"),
    ):  # fmt: skip
        joined = joined.replace(before, after)
    joined = joined.replace("well-known:)", "well-known :)").replace("...", " ...").replace("  ", " ")
    assert [joined[start:end] for start, end in tokens_of(joined, "treebank")] == wanted


@pytest.mark.parametrize("piece", ["a", "a.", "aa.", "1.", "a-", "a@", "http://", "'", ".,", "n't", "日"])
def test_a_long_text_without_a_space_is_cut_in_one_pass(piece):
    places = tokens_of(piece * 100_000, "treebank")
    assert places[0][0] == 0 and places[-1][1] == 100_000 * len(piece)


def test_a_rule_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="rule of characters, fine, treebank"):
        tokens_of("a", "coarse")
