import pytest

from atrous.errors import DataError
from atrous.vectors import load_vectors


@pytest.fixture
def file(tmp_path):
    (tmp_path / "vectors.txt").write_text("good 1 2\né 3 4\ngood 5 6\nother 7 8\n", encoding="utf-8")
    return tmp_path / "vectors.txt"


def test_only_the_words_that_are_sought_are_kept_and_the_first_of_two_counts(file, capsys):
    found = load_vectors(file, ["é", "unheard", "good"], quiet=False)
    assert (found.places.tolist(), found.table.tolist(), found.channels) == ([0, 2], [[3, 4], [1, 2]], 2)
    assert capsys.readouterr().err == f"2 of 3 words found in {file}\n"


def test_a_file_that_changed_is_read_again(file):
    assert load_vectors(file, ["good"]).table.tolist() == [[1, 2]]
    file.write_text("good 9 9\n")
    assert load_vectors(file, ["good"]).table.tolist() == [[9, 9]]


def test_vectors_of_none_of_the_words_are_refused(file):
    with pytest.raises(DataError, match="has none of the 2 words of the training texts; give vectors of the same"):
        load_vectors(file, ["Good", "Film"])


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="nowhere: no such file"):
        load_vectors(tmp_path / "nowhere", ["good"])
