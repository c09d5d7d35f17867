from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atrous.runtime import bpe
from atrous.runtime.pieces import Pieces
from atrous.runtime.tokeniser import Tokeniser

# Capital sigmas among cased letters, marks that do not count as letters, spaces, a letter that becomes two characters,
# combining marks, surrogates alone and in pairs, and anything else.
TRICKY = "ΣσςaAİıß'.:\u0301\u0307\u00ad ,_1\n\ud83d\ude00\ud800中\U0001f600\U0001d400ǅ"
TEXTS = st.text(st.one_of(st.sampled_from(TRICKY), st.characters()), max_size=40)  # st.characters: surrogates too
MERGES = ("a a", "Ġ a", "Ġa aa", "Ġ Ġ", "Ï ĥ", "Ï Ĥ", "a Ïĥ", "' a")
TOKENS = {
    "bytes": (),
    "characters": ("a", "σ", "ς"),
    "words": ("a", "σ", "aς", "!"),
    "bpe": (*bpe.ALPHABET, *(merge.replace(" ", "") for merge in MERGES)),
}


def cut(text: str, places: list[int]) -> list[str]:
    """The text, cut at these places; a place named twice cuts out an empty piece."""
    ends = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(ends)]


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("lower", [False, True])
@given(text=TEXTS, places=st.lists(st.integers(0, 60), max_size=8))
@example(text="ὈΔΥΣΣΕΎΣ", places=list(range(9)))
@example(text="AΣ.'b AΣ.' ΣA Σ", places=list(range(16)))
def test_any_cutting_gives_the_tokens_of_the_whole_text(kind, lower, text, places):
    tokeniser = Tokeniser(kind, lower, TOKENS[kind], MERGES if kind == "bpe" else ())
    pieces = Pieces(kind, lower=lower)  # one for both cuttings: the first leaves nothing behind
    for parts in (cut(text, places), list(text)):
        decided = [*map(pieces.push, parts), pieces.finish()]
        assert [token for one in decided for token in tokeniser.split(one)] == tokeniser.split(text)
        assert [token for one in decided for token in tokeniser(one).tolist()] == tokeniser(text).tolist()


@given(text=st.text("1.?, \n\t\x1c\u2003", max_size=30), places=st.lists(st.integers(0, 60), max_size=8))
def test_numbers_are_cut_between_their_steps(text, places):
    pieces = Pieces("numbers", lower=False)
    for parts in (cut(text, places), list(text)):
        assert [step for one in [*map(pieces.push, parts), pieces.finish()] for step in one.split()] == text.split()


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


def test_byte_pairs_and_numbers_go_out_at_white_space():
    for kind in ("bpe", "numbers"):
        pieces = Pieces(kind, lower=False)
        decided = [pieces.push(text) for text in ("a", "b", " ", " c", "", "d e")]
        assert "".join([*decided, pieces.finish()]) == "ab  cd e"
        assert decided == {"bpe": ["", "", "ab", "", "", "  cd"], "numbers": ["", "", "ab ", " ", "", "cd "]}[kind]


def test_a_kind_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="bytes, characters, words, bpe, numbers, fine, treebank, got kind='runes'"):
        Pieces("runes", lower=False)


@pytest.mark.parametrize("kind", TOKENS)
def test_little_is_held_back_of_a_long_text_in_many_pieces(kind):
    pieces = Pieces(kind, lower=True)
    for _ in range(1000):
        pieces.push("a ")
        pieces.push("")
    assert len("".join(pieces._held)) == (kind == "bpe")
    assert pieces._lower._held == []


def test_a_word_in_many_pieces_costs_no_square():
    pieces = Pieces("bpe", lower=True)
    for _ in range(1000):
        pieces.push("a")
    assert len(pieces._held) == 1000
    assert pieces.push(" ") == "a" * 1000


def test_the_pieces_load_neither_torch_nor_numpy():
    code = "import sys, atrous.runtime.pieces; sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
