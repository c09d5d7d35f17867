from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atrous.runtime.pieces import Pieces
from atrous.runtime.tokeniser import Tokeniser

# Capital sigmas among cased letters, marks that do not count as letters, spaces, a letter that becomes two characters,
# combining marks, surrogates alone and in pairs, and anything else.
TRICKY = "ΣσςaAİıß'.:\u0301\u0307\u00ad ,_1\n\ud83d\ude00\ud800中\U0001f600\U0001d400ǅ"
TEXTS = st.text(st.one_of(st.sampled_from(TRICKY), st.characters()), max_size=40)  # st.characters: surrogates too
KINDS = ("bytes", "characters", "words", "of a later version")


def cut(text: str, places: list[int]) -> list[str]:
    """The text, cut at these places; a place named twice cuts out an empty piece."""
    ends = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends)]


def tokens(kind: str, lower: bool, texts: list[str]) -> list[str]:
    """The tokens of each text by itself, end to end; a kind that is not known changes all that follows."""
    if kind not in KINDS[:3]:
        return list("".join(text.lower() if lower else text for text in texts))
    return [token for text in texts for token in Tokeniser(kind, lower, ()).split(text)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lower", [False, True])
@given(text=TEXTS, places=st.lists(st.integers(0, 60), max_size=8))
@example(text="ὈΔΥΣΣΕΎΣ", places=list(range(9)))
@example(text="AΣ.'b AΣ.' ΣA Σ", places=list(range(16)))
def test_any_cutting_gives_the_tokens_of_the_whole_text(kind, lower, text, places):
    pieces = Pieces(kind, lower=lower)  # one for both texts: the first leaves nothing behind
    for parts in (cut(text, places), list(text)):
        decided = [*map(pieces.push, parts), pieces.finish()]
        assert tokens(kind, lower, decided) == tokens(kind, lower, [text])


def test_what_is_lower_case_stays_so_when_it_is_lower_cased_again():
    # Pieces lower-cases before it cuts, the tokeniser does so after.
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert everything.lower().lower() == everything.lower()


def test_a_byte_and_a_character_go_out_at_once():
    for kind in ("bytes", "characters"):
        pieces = Pieces(kind, lower=True)
        assert [pieces.push(text) for text in ("a", "", "Ab")] == ["a", "", "ab"]


def test_a_word_goes_out_when_it_has_ended():
    pieces = Pieces("words", lower=False)
    given, decided = ("go", "od", "", " ", "Good!", "a"), ["", "", "", "good ", "Good!", ""]
    assert [pieces.push(text) for text in given] == decided
    assert [pieces.finish(), pieces.finish()] == ["a", ""]


def test_a_sigma_waits_for_what_says_which_it_is():
    pieces = Pieces("characters", lower=True)
    assert [pieces.push(text) for text in ("A", "Σ", ".", "A")] == ["a", "", "", "σ.a"]
    assert [pieces.push(text) for text in ("Σ", " ")] == ["", "ς "]


def test_of_a_kind_that_is_not_known_nothing_goes_out_before_the_end():
    pieces = Pieces(KINDS[3], lower=True)
    assert [pieces.push("A b"), pieces.push(" c"), pieces.finish()] == ["", "", "a b c"]


def test_nothing_is_held_back_of_a_long_text_in_many_pieces():
    pieces = Pieces("words", lower=True)
    for _ in range(1000):
        pieces.push("a ")
        pieces.push("")
    assert (pieces._held, pieces._lower._held) == ([""], [])


def test_the_pieces_load_neither_torch_nor_numpy():
    code = "import sys, atrous.runtime.pieces; sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
