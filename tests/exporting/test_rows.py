import math
from random import Random

import pytest

from atrous.config import load
from atrous.errors import DataError
from atrous.exporting.rows import drawn, first, interesting
from atrous.runtime.features import Features
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series
from atrous.runtime.tokeniser import Tokeniser
from atrous.window import Window

READERS = {
    "bytes": Reader(Tokeniser("bytes", False, ())),
    "characters": Reader(Tokeniser("characters", False, ("a", "b"))),
    "words": Reader(Tokeniser("words", True, ("a", "good", "film"))),
    "series": Reader(series=Series((1.0, 2.0), (0.5, 2.0))),
    "two texts": Reader(Tokeniser("words", True, ("a",)), beside=Tokeniser("bytes", False, ()), two_texts=True),
    "spelled": Reader(Tokeniser("words", True, ("a",)), spelling=Tokeniser("characters", False, ("a",)), letters=3),
    "featured": Reader(Tokeniser("words", False, ("a",)), features=Features(shape=True, affixes=1, hashed=9)),
    "no token known": Reader(Tokeniser("characters", False, ())),
    "tagged words": Reader(Tokeniser("words", True, ("a", "U.S.", "film")), rule="fine"),
    "tagged characters": Reader(Tokeniser("characters", False, ("a",)), rule="characters"),
}


@pytest.mark.parametrize("name", READERS)
def test_rows_are_drawn_with_the_length_that_is_asked_for(name):
    reader = READERS[name]
    rows = drawn(reader, [0, 1, 7, 40], Random(0))
    assert [max(map(len, reader(row).values())) for row in rows] == [0, 1, 7, 40]


def test_drawn_texts_hold_known_tokens_and_unknown_ones():
    (row,) = drawn(READERS["words"], [200], Random(0))
    assert set(READERS["words"](row)["ids"].tolist()) == {1, 2, 3, 4}


@pytest.mark.parametrize("window", [Window(), Window(left=30, right=30), Window(left=math.inf), Window(left=10**6)])
def test_lengths_are_nothing_one_and_around_the_window(window):
    lengths = interesting(window, Random(0))
    size = {math.inf: 64}.get(window.size, min(window.size, 1000))
    assert {0, 1, size - 1, size, size + 1, 2 * size + 1} <= set(lengths)
    assert min(lengths) == 0


def test_the_first_rows_of_a_file_are_read_and_no_further(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('said,id\none,1\ntwo,2\n"three,3\n')
    trained = load(data={"text": "said"})
    assert first(path, 2, trained) == ("", ["one", "two"])
    assert first(path, 1, trained, text="id")[1] == ["1"]
    assert first(path, 1, trained, beside="id")[1] == [("one", "1")]
    with pytest.raises(DataError, match=r"rows\.csv line 4"):
        first(path, 3, trained)
    (tmp_path / "lines.txt").write_text("one\n\n")
    assert first(tmp_path / "lines.txt", 5, trained)[1] == ["one", ""]


def test_a_tagger_is_verified_with_the_tokens_of_a_file_with_tags_or_with_texts(tmp_path):
    (tmp_path / "rows.conll").write_text("Ann B-PER\nleft O\n\nU.S. B-LOC\n\n")
    (tmp_path / "rows.txt").write_text("Ann left\n")
    tagger = load(task="tag", embed={"name": "words"})
    assert first(tmp_path / "rows.conll", 5, tagger) == ("", [("Ann", "left"), ("U.S.",)])
    assert first(tmp_path / "rows.conll", 1, tagger)[1] == [("Ann", "left")]
    assert first(tmp_path / "rows.txt", 5, tagger)[1] == ["Ann left"]
    (tmp_path / "latin.conll").write_bytes("Ré B-PER\n\n".encode("latin-1"))
    assert first(tmp_path / "latin.conll", 5, tagger, encoding="latin-1")[1] == [("Ré",)]
    (tmp_path / "spans.jsonl").write_text('{"text": "Ann left.", "other": "a b", "spans": [[0, 3, "PER"]]}\n')
    assert first(tmp_path / "spans.jsonl", 5, tagger)[1] == [("Ann", "left", ".")]
