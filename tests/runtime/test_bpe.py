import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.errors import MissingExtra
from atrous.runtime import bpe


@given(text=st.text(st.characters(), max_size=40))  # lone surrogates too
def test_pieces_hold_every_byte_once_and_no_space(text):
    found = bpe.pieces(text)
    assert bytes(bpe._BYTES[character] for character in "".join(found)) == text.encode("utf-8", "surrogatepass")
    assert len(" ".join(found).split()) == len(found)


def test_every_byte_has_a_character_of_its_own():
    assert len({*bpe.ALPHABET}) == 256
    assert not any(character.isspace() for character in bpe.ALPHABET)


def test_without_tokenizers_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtra, match="needs tokenizers: pip install tokenizers"):
        bpe.needed()


def test_tokenizers_is_loaded_when_pairs_are_read_and_not_before():
    code = (
        "import os, sys\n"
        "from atrous.runtime.tokeniser import Tokeniser\n"
        "from atrous.runtime.bpe import ALPHABET\n"
        "pairs = Tokeniser('bpe', False, ALPHABET)\n"
        "print('tokenizers' in sys.modules, len(pairs('a b')), os.environ['TOKENIZERS_PARALLELISM'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "3", "false"]
