import numpy as np
import pytest

from atrous.context.rows import majority, thinned
from atrous.data.batch import Examples
from atrous.data.corpus import Corpus
from atrous.data.rows import keep
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.training.tokens import Tokens

ROWS = [Row(f"text {number}", "ab"[number % 2], "", number) for number in range(50)]
READER = Reader(Tokeniser("bytes", False, ()))
ONE, SEVERAL = Targets(("a", "b", "c")), Targets(("a", "b", "c"), several=True)


def tokens(train, test):
    parts = [Examples.of(READER, ["x"] * len(one), np.array(one)) for one in (train, test, test)]
    return Tokens(READER, *parts)


def test_no_part_keeps_more_rows_than_asked_and_the_same_ones_each_time():
    corpus = Corpus(keep(iter(ROWS)), ROWS[:10], ROWS, Targets(("a", "b")), ())
    few = thinned(corpus, 20)
    assert [len(part) for part in few[:3]] == [20, 10, 20]
    lines = [row.line for row in few.train]
    assert lines == sorted(set(lines))
    assert list(thinned(corpus, 20).train) == list(few.train)
    assert list(few.train) != list(few.test)
    assert thinned(corpus, 50).train is corpus.train


def test_the_majority_is_the_most_frequent_training_label():
    assert majority(tokens([2, 2, 0], [0, 2, 1]), ONE).tolist() == [[0.0, 1.0, 0.0]]
    soft = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]], np.float32)
    assert majority(tokens(soft, [0, 1]), ONE).tolist() == [[0.0, 1.0]]


def test_the_majority_of_several_labels_gives_as_many_as_do_best():
    train = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1]], np.float32)
    found = majority(tokens(train, np.array([[1, 0, 0], [0, 0, 1]], np.float32)), SEVERAL)
    assert found.tolist() == [[[2.0, 3.0], [0.0, 3.0]]]  # always the first two labels


@pytest.mark.parametrize("several", [False, True])
def test_the_majority_has_the_form_of_what_differences_take(several):
    train = np.array([[1, 0], [0, 1]], np.float32) if several else np.array([0, 1])
    assert majority(tokens(train, train), SEVERAL if several else ONE).shape == ((1, 2, 2) if several else (1, 2))


def test_the_majority_of_tags_is_the_most_frequent_one_or_no_span():
    def tagged(*rows):
        return Examples.of(READER, ["x" * len(row) for row in rows], np.concatenate(rows), tagged=True)

    learnt, asked = tagged([0, 0, 1], [0]), tagged([0, 1], [1, 1, 2])
    parts = Tokens(READER, learnt, asked, asked)
    plain = Targets(("NN", "O", "VB"), scheme="plain")
    assert majority(parts, plain).tolist() == [[[1.0, 2.0], [0.0, 3.0]]]
    spans = Targets(("B-X", "O", "B-Y"), scheme="iob2")
    assert majority(parts, spans).tolist() == [[[0.0, 1.0], [0.0, 1.0]]]
