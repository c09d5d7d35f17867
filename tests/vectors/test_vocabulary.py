from dataclasses import replace

import pytest

import atrous
from atrous.config import load
from atrous.errors import ConfigError
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.vectors.vocabulary import with_words

READER = Reader(Tokeniser("words", True, ("good", "film")))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_bytes("the 1 2\nfilm 3 4\nParis 5 6\ncafé 7 8\n".encode() + b"\xff\xfe 9 9\n")
    return path


def told(path, **options):
    return load(embed={"name": "words", "vectors": str(path), "tuning": "static", **options})


def test_words_of_the_file_stand_behind_the_readers_own_in_its_order(path):
    wide = with_words(READER, told(path, vocabulary="vectors"))
    assert wide.tokeniser.tokens == ("good", "film", "the", "café")
    assert replace(wide, tokeniser=READER.tokeniser) == READER
    cased = Reader(Tokeniser("words", False, ("good", "film")))
    assert with_words(cased, told(path, vocabulary="vectors")).tokeniser.tokens[2:] == ("the", "Paris", "café")


def test_nothing_changes_where_nobody_asks(path):
    assert with_words(READER, told(path)) == READER


def test_the_limit_holds(path):
    assert with_words(READER, told(path, vocabulary="vectors", limit=3)).tokeniser.tokens == ("good", "film", "the")
    with pytest.raises(ConfigError, match=r"embed\.limit = 2: the words of the training rows fill it"):
        with_words(READER, told(path, vocabulary="vectors", limit=2))


def test_they_are_for_vectors_that_stay_as_they_are(path):
    for wrong in ({"tuning": "tuned"}, {"vectors": None, "tuning": "tuned"}):
        with pytest.raises(ConfigError, match=r"embed\.vocabulary.*static"):
            told(path, vocabulary="vectors", **wrong)


def test_a_word_that_training_never_saw_has_the_vector_of_the_file(path):
    rows = [{"text": f"good film {number}", "label": "pos" if number % 2 else "neg"} for number in range(60)]
    options = ["embed=words", f"embed.vectors={path}", "embed.tuning=static", "embed.vocabulary=vectors"]
    bundle = atrous.train(rows, encode="bag", set=[*options, "train.epochs=1"], quiet=True)
    table, known = bundle.model.embed.vectors, bundle.reader.tokeniser
    assert table[known("the")[0]].tolist() == [1.0, 2.0] and table[known("café")[0]].tolist() == [7.0, 8.0]
