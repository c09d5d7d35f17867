from __future__ import annotations

import copy
import json
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atrous.errors import FolderError
from atrous.runtime.bpe import ALPHABET
from atrous.runtime.tokeniser import PADDING, Tokeniser

ANY_TEXT = st.text(st.characters(), max_size=40)  # lone surrogates too
KINDS = {
    "bytes": Tokeniser("bytes", False, ()),
    "characters": Tokeniser("characters", False, ("a", "é", "中", "\U0001f600")),
    "words": Tokeniser("words", False, ("a", "été", "!")),
    # "aĠ" would reach over white space: no text has it.
    "bpe": Tokeniser(
        "bpe",
        False,
        (*ALPHABET, "aa", "aĠ", "Ġa", "Ġaa", "ĠĠ", "Ã©"),
        ("a a", "a Ġ", "Ġ a", "Ġ aa", "Ġ Ġ", "Ã ©"),
    ),
}


def slow_ids(tokeniser: Tokeniser, text: str) -> list[int]:
    """The definition, one token at a time."""
    if tokeniser.lower:
        text = text.lower()
    if tokeniser.kind == "bytes":
        return [byte + 2 for character in text for byte in character.encode("utf-8", "surrogatepass")]
    if tokeniser.kind == "bpe":
        return slow_pairs(tokeniser, text)
    tokens = list(text) if tokeniser.kind == "characters" else re.findall(r"\w+|[^\w\s]", text)
    return [tokeniser.tokens.index(token) + 2 if token in tokeniser.tokens else 1 for token in tokens]


def slow_pairs(tokeniser: Tokeniser, text: str) -> list[int]:
    """Merge the pairs of each piece in the order of the merges, each from the left, until none is left."""
    found = []
    for piece in re.findall(r" ?\w+| ?[^\w\s]+|\s+(?!\S)|\s", text):
        parts = [ALPHABET[byte] for byte in piece.encode("utf-8", "surrogatepass")]
        for merge in tokeniser.merges:
            place = 0
            while place < len(parts) - 1:
                if f"{parts[place]} {parts[place + 1]}" == merge:
                    parts[place : place + 2] = [parts[place] + parts[place + 1]]
                place += 1
        found += [tokeniser.tokens.index(part) + 2 for part in parts]
    return found


@example("a aa  a \n\n aa a\x1c a")
@given(text=st.text(st.sampled_from("aé .\n\t\x1c\x85\xa0\u2003!"), max_size=30))
@pytest.mark.parametrize("kind", ["words", "bpe"])
def test_a_text_may_be_cut_before_any_run_of_white_space(kind, text):
    whole = KINDS[kind](text).tolist()
    for found in re.finditer(r"\s+", text):
        assert [*KINDS[kind](text[: found.start()]), *KINDS[kind](text[found.start() :])] == whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lower", [False, True])
@given(text=ANY_TEXT)
def test_ids_match_their_definition_for_any_text(kind, lower, text):
    tokeniser = Tokeniser(kind, lower, KINDS[kind].tokens, KINDS[kind].merges)
    ids = tokeniser(text)
    assert ids.dtype == np.int32
    assert ids.tolist() == slow_ids(tokeniser, text)
    assert PADDING not in ids
    assert all(identity < tokeniser.size for identity in ids)


@pytest.mark.parametrize("kind", KINDS)
@given(text=ANY_TEXT)
def test_split_gives_one_readable_token_for_each_id(kind, text):
    assert len(KINDS[kind].split(text)) == len(KINDS[kind](text))


@given(text=st.text(max_size=40))
def test_bytes_can_be_turned_back_into_the_text(text):
    ids = KINDS["bytes"](text)
    assert bytes((ids - 2).astype(np.uint8)).decode() == text


@pytest.mark.parametrize("kind", KINDS)
def test_a_lone_surrogate_is_accepted(kind):
    assert len(KINDS[kind]("a \ud800")) == {"bytes": 5, "characters": 3, "words": 2, "bpe": 5}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_text_has_no_ids(kind):
    assert KINDS[kind]("").shape == (0,)
    assert KINDS[kind]("").dtype == np.int32
    assert KINDS[kind].split("") == []


def test_without_tokens_every_character_and_word_is_unknown():
    assert Tokeniser("characters", False, ())("ab\x00").tolist() == [1, 1, 1]
    assert Tokeniser("words", False, ())("ab cd").tolist() == [1, 1]


def test_ids_may_be_written_to_without_changing_the_next_call():
    for tokeniser in KINDS.values():
        expected = tokeniser("aa").tolist()
        tokeniser("aa")[:] = 0
        assert tokeniser("aa").tolist() == expected


@pytest.mark.parametrize(("kind", "size"), [("bytes", 258), ("characters", 6), ("words", 5), ("bpe", 264)])
def test_size_counts_padding_and_unknown(kind, size):
    assert KINDS[kind].size == size


@given(
    kind=st.sampled_from(["characters", "words"]),
    lower=st.booleans(),
    tokens=st.lists(st.characters(codec="utf-8"), unique=True, max_size=9),
    text=ANY_TEXT,
)
def test_a_tokeniser_survives_json(kind, lower, tokens, text):
    tokeniser = Tokeniser(kind, lower, tuple(tokens))
    back = Tokeniser.from_json(json.loads(json.dumps(tokeniser.to_json())))
    assert back == tokeniser
    assert back(text).tolist() == tokeniser(text).tolist()


def test_a_used_tokeniser_survives_pickling_and_stays_equal():
    for tokeniser in KINDS.values():
        tokeniser("a")
        assert pickle.loads(pickle.dumps(tokeniser)) == Tokeniser(
            tokeniser.kind, tokeniser.lower, tokeniser.tokens, tokeniser.merges
        )


@pytest.mark.parametrize(
    ("kind", "tokens", "words"),
    [
        ("chars", (), "one of bytes, characters, words, bpe, got kind='chars'"),
        ("bytes", ("a",), "bytes needs no tokens, got 1"),
        ("words", ("a", "b", "a"), "distinct tokens, got 'a' twice"),
        ("bpe", ("a",), "a token for every byte, has none for 255 of 256"),
        ("characters", ("a", "bc"), "tokens of one character, got 'bc'"),
    ],
)
def test_the_constructor_says_what_came(kind, tokens, words):
    with pytest.raises(ValueError, match=words):
        Tokeniser(kind, False, tokens)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (None, "expected kind, lower and tokens, got None"),
        ({"kind": "words"}, "expected kind, lower and tokens, got kind"),
        ({"kind": "words", "lower": 1, "tokens": []}, "lower to be true or false, got 1"),
        ({"kind": "words", "lower": True, "tokens": "ab"}, "tokens to be a list of texts, got 'ab'"),
        ({"kind": "words", "lower": True, "tokens": [1]}, "tokens to be a list of texts"),
        (
            {"kind": "runes", "lower": True, "tokens": []},
            "one of bytes, characters, words, bpe, got 'runes'",
        ),
        ({"kind": [], "lower": True, "tokens": []}, r"kind to be one of .*, got \[\]"),
        ({"kind": "characters", "lower": True, "tokens": ["ab"]}, "one character, got 'ab'"),
        ({**KINDS["bpe"].to_json(), "merges": ["a b c"]}, "merges of two tokens to a token, got 'a b c'"),
        ({**KINDS["bpe"].to_json(), "merges": ["a b"]}, "merges of two tokens to a token, got 'a b'"),
        ({**KINDS["words"].to_json(), "merges": ["a b"]}, "words needs no merges, got 1"),
        ({**KINDS["bpe"].to_json(), "merges": 3}, "merges to be a list of texts, got 3"),
    ],
)
def test_from_json_says_what_is_wrong_and_what_to_do(values, words):
    with pytest.raises(FolderError, match=f"tokeniser cannot be read: .*{words}.*train the model again"):
        Tokeniser.from_json(values)


def test_byte_pairs_survive_json():
    pairs = KINDS["bpe"]
    back = Tokeniser.from_json(json.loads(json.dumps(pairs.to_json())))
    assert back == pairs
    assert back("aa é aa").tolist() == pairs("aa é aa").tolist()


def test_byte_pairs_read_as_text_where_they_are_text():
    assert KINDS["bpe"].split("aa aé\n中") == ["aa", " a", "é", "\n", "\\xe4", "\\xb8", "\\xad"]


def test_the_tokeniser_loads_no_torch():
    code = "import sys, atrous.runtime.tokeniser; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@example("İΣ ΟΔΟΣ", "words")
@example("é\ud800İ aa", "bytes")
@given(ANY_TEXT, st.sampled_from(list(KINDS)))
def test_a_token_stands_where_its_characters_do(text: str, kind: str) -> None:
    for lower in (False, True):
        tokeniser = replace(KINDS[kind], lower=lower)
        spans = tokeniser.spans(text)
        assert len(spans) == len(tokeniser(text))
        assert spans == sorted(spans)
        for (start, end), token in zip(spans, tokeniser.split(text), strict=True):
            assert start < end <= len(text)
            if kind in ("characters", "words"):
                read = text[start:end].lower() if lower else text[start:end]
                assert token.replace("σ", "ς") in read.replace("σ", "ς")
                assert lower or token == text[start:end]
        covered = {place for start, end in spans for place in range(start, end)}
        left = "".join(one for place, one in enumerate(text) if place not in covered)
        assert not left or (kind == "words" and left.isspace())


def test_a_character_of_a_list_is_one_in_lower_case_too():
    letters = Tokeniser("characters", True, ("i", "s"))
    assert letters.look_up(["\u0130", "I", "S", "\u00df"]).tolist() == [2, 2, 3, 1]
    assert len("\u0130".lower()) == 2  # which no table of characters has an entry for


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["as here", "without compiled kernels"])
def test_many_texts_have_the_ids_of_each(kind, way, monkeypatch):
    if way != "as here":
        monkeypatch.setattr("atrous.runtime.tokeniser.compiled", None)
    one, texts = replace(KINDS[kind]), ["a été !", "", "中a\U0001f600", "a"]
    ids, starts = one.many(texts)
    assert (ids.dtype, starts.dtype, starts[-1]) == (np.int32, np.int64, len(ids))
    assert [ids[start:end].tolist() for start, end in pairwise(starts)] == [slow_ids(one, text) for text in texts]
    assert [one(text).tolist() for text in texts] == [slow_ids(one, text) for text in texts]
    assert one.many([])[1].tolist() == [0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_tokeniser_that_has_been_used_can_be_copied(kind):
    one = replace(KINDS[kind])
    one("a")
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
