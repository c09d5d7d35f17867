from itertools import pairwise

import pytest

from atrous.runtime.cutting import RULES, tokens_of


def test_characters_are_tokens_by_themselves_spaces_too():
    assert tokens_of("a 日", "characters") == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("text", ["", " ", "Ann (42) left, didn't she?\n", "שלום עולם", "𝒳\ud800"])
def test_tokens_stand_in_order_and_hold_everything_but_spaces(rule, text):
    places = tokens_of(text, rule)
    assert all(start < end for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    held = "".join(text[start:end] for start, end in places)
    assert "".join(held.split()) == "".join(text.split())


def test_a_rule_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="rule of characters, fine"):
        tokens_of("a", "coarse")
