import json

import numpy as np
import pytest

from atrous.data.seen import from_json, to_json, unseen, words_of
from atrous.data.tables import Row
from atrous.runtime.tokeniser import Tokeniser


def row(*tokens):
    return Row(" ".join(tokens), "", "", 1, tokens=tokens)


def test_words_are_known_whatever_the_vocabulary_left_out():
    words = Tokeniser("words", True, ("left",))
    known = words_of([row("Ann", "left"), row(), row("Lee")], words)
    assert known == {"ann", "left", "lee"}
    found = unseen([row("ANN", "Bob"), row(), row("left", "Rome", "Lee")], np.array([0, 2, 2, 4]), known, words)
    assert found.tolist() == [False, True, False, True]  # the last row was cut to two tokens


@pytest.mark.parametrize("tokens", [(), ("left", "ann"), ("left", "a_strangers"), ("a_strangers", "left")])
def test_known_words_are_read_back_beside_a_vocabulary(tokens):
    known = frozenset({"ann", "left", "lee", "\ud800"})
    value = json.loads(json.dumps(to_json(known, tokens)))
    assert from_json(value, tokens) == known - {"\ud800"}


@pytest.mark.parametrize("value", [None, [], {}, {"tokens": 1, "words": [1]}, {"tokens": True, "words": []}])
def test_what_is_no_list_of_words_is_refused(value):
    with pytest.raises(ValueError, match="expected the words of the training rows"):
        from_json(value, ())
