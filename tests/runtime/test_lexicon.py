from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atrous.native import compiled, described
from atrous.runtime import lexicon as module
from atrous.runtime.cutting import RULES, tokens_of
from atrous.runtime.lexicon import Lexicon

HARD = st.text(st.one_of(st.characters(), st.sampled_from(" \n\x1c\u3000.,-'’@:/&n'tsAJa1")))
WAYS = ["compiled", "by hand"]


def made(rule, way, monkeypatch):
    if way == "by hand":
        monkeypatch.setattr(module, "compiled", None)
    elif compiled is None:
        pytest.skip(described())
    return Lexicon(rule)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rule", RULES)
@example(["J. Smith J. smith J.\u3000A. J.", "x.A. B J.", "J. Smith"])
@example(["cannot can not", "", " ", "Ann's :) \ud800 𝒳", "U.S. A.", "é. A É. A"])
@given(st.lists(HARD, max_size=4))
def test_texts_are_cut_as_the_rule_cuts_them(rule, way, texts):
    with pytest.MonkeyPatch.context() as patch:
        lexicon = made(rule, way, patch)
        for _ in range(2):  # the second time everything is known
            cuts, numbers, starts = lexicon.many(texts)
            for text, (own, tokens, offsets) in zip(texts, cuts, strict=True):
                assert own == text
                assert [*offsets] == tokens_of(text, rule)
                assert [*tokens] == [text[start:end] for start, end in offsets]
            known = [*lexicon.known]
            found = [[known[place] for place in numbers[start:end]] for start, end in pairwise(starts.tolist())]
            assert found == [[*tokens] for _, tokens, _ in cuts]
    assert [*lexicon.known.values()] == [*range(len(known))]


@pytest.mark.parametrize("way", WAYS)
def test_rows_of_tokens_share_the_numbers_of_texts(way, monkeypatch):
    lexicon = made("fine", way, monkeypatch)
    lexicon.many(["Ann left"])
    numbers, starts = lexicon.numbered([["left", "a b"], [], ["Ann"]])
    assert (numbers.tolist(), starts.tolist()) == ([1, 2, 0], [0, 2, 2, 3])
    assert lexicon.many(["Ann b"])[1].tolist() == [0, 3]
    assert lexicon.after(2) == ["a b", "b"]
    assert lexicon.after(4) == []


@pytest.mark.parametrize("way", WAYS)
def test_what_is_forgotten_begins_anew(way, monkeypatch):
    lexicon = made("treebank", way, monkeypatch)
    before = lexicon.held
    lexicon.many(["x" * 30 + str(number) for number in range(2000)])
    assert lexicon.held > before + 60_000
    lexicon.clear()
    assert lexicon.held == before
    assert lexicon.many(["b a"])[1].tolist() == [0, 1]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_text_is_refused(way, monkeypatch):
    with pytest.raises(TypeError):
        made("fine", way, monkeypatch).many(["a", 3])


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="rule of characters, fine, treebank, got rule='odd'"):
        Lexicon("odd")
