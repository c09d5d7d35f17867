from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.errors import FolderError
from atrous.runtime.tokeniser import PADDING, Tokeniser

ANY_TEXT = st.text(st.characters(), max_size=40)  # lone surrogates too
KINDS = {
    "bytes": Tokeniser("bytes", False, ()),
    "characters": Tokeniser("characters", False, ("a", "é", "中", "\U0001f600")),
    "words": Tokeniser("words", False, ("a", "été", "!")),
}


def slow_ids(tokeniser: Tokeniser, text: str) -> list[int]:
    """The definition, one token at a time."""
    if tokeniser.lower:
        text = text.lower()
    if tokeniser.kind == "bytes":
        return [byte + 2 for character in text for byte in character.encode("utf-8", "surrogatepass")]
    tokens = list(text) if tokeniser.kind == "characters" else re.findall(r"\w+|[^\w\s]", text)
    return [tokeniser.tokens.index(token) + 2 if token in tokeniser.tokens else 1 for token in tokens]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lower", [False, True])
@given(text=ANY_TEXT)
def test_ids_match_their_definition_for_any_text(kind, lower, text):
    tokeniser = Tokeniser(kind, lower, KINDS[kind].tokens)
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
    assert len(KINDS[kind]("a \ud800")) == {"bytes": 5, "characters": 3, "words": 2}[kind]


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


@pytest.mark.parametrize(("kind", "size"), [("bytes", 258), ("characters", 6), ("words", 5)])
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
        assert pickle.loads(pickle.dumps(tokeniser)) == Tokeniser(tokeniser.kind, tokeniser.lower, tokeniser.tokens)


@pytest.mark.parametrize(
    ("kind", "tokens", "words"),
    [
        ("chars", (), "one of bytes, characters, words, got kind='chars'"),
        ("bytes", ("a",), "bytes needs no tokens, got 1"),
        ("words", ("a", "b", "a"), "distinct tokens, got 'a' twice"),
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
        ({"kind": "runes", "lower": True, "tokens": []}, "kind to be one of bytes, characters, words, got 'runes'"),
        ({"kind": [], "lower": True, "tokens": []}, r"kind to be one of .*, got \[\]"),
        ({"kind": "characters", "lower": True, "tokens": ["ab"]}, "one character, got 'ab'"),
    ],
)
def test_from_json_says_what_is_wrong_and_what_to_do(values, words):
    with pytest.raises(FolderError, match=f"tokeniser cannot be read: .*{words}.*train the model again"):
        Tokeniser.from_json(values)


def test_the_tokeniser_loads_no_torch():
    code = "import sys, atrous.runtime.tokeniser; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
