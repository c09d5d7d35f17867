from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atrous.comparing import baselines as module
from atrous.comparing.baselines import SMOOTHINGS, ceiling, majority, trigrams
from atrous.data.packaged import SPLITS, example_data
from atrous.data.tables import Columns, Row, read


def rows_of(pairs) -> list[Row]:
    return [Row(text, label, "", number) for number, (text, label) in enumerate(pairs, 1)]


def invented(count: int, seed: int) -> list[Row]:
    """Texts over few letters, each label with a liking for some, one of them empty."""
    chance = random.Random(seed)
    likings = {"a": "aab中 ", "b": "abbc ", "c": "bcc\U0001f600 "}
    pairs = [(chance.choice("abc"), chance.randrange(12)) for _ in range(count)]
    return rows_of(("".join(chance.choice(likings[label]) for _ in range(size)), label) for label, size in pairs)


@pytest.mark.parametrize("block", [1, 50, 1 << 20])
def test_naive_bayes_is_as_right_as_that_of_scikit_learn(monkeypatch, block):
    feature_extraction = pytest.importorskip("sklearn.feature_extraction.text")
    naive_bayes = pytest.importorskip("sklearn.naive_bayes")
    monkeypatch.setattr(module, "_BLOCK", block)
    train, dev, test = invented(200, 1), invented(100, 2), invented(150, 3)

    def pieces(text: str) -> list[str]:
        marked = f"\x02{text}\x03"
        return [marked[place : place + 3] for place in range(len(marked) - 2)]

    counter = feature_extraction.CountVectorizer(analyzer=pieces)
    features = counter.fit_transform([row.text for row in train])
    best, expected = -1.0, 0.0
    for smoothing in SMOOTHINGS:
        judge = naive_bayes.MultinomialNB(alpha=smoothing).fit(features, [row.label for row in train])
        on_dev, on_test = (
            judge.score(counter.transform([row.text for row in rows]), [row.label for row in rows])
            for rows in (dev, test)
        )
        if on_dev > best:
            best, expected = on_dev, on_test
    assert trigrams(train, dev, test).mean() == pytest.approx(expected, abs=1e-12)
    assert 0.5 < expected < 1


def test_texts_without_a_known_trigram_get_the_most_frequent_label():
    train = rows_of([("aaa", "x"), ("bbb", "y"), ("bbbb", "y")])
    assert trigrams(train, train, rows_of([("", "y"), ("zzz", "y"), ("zzz", "x")])).mean() == pytest.approx(2 / 3)


def test_empty_texts_alone_leave_the_majority():
    rows = rows_of([("", "x"), ("", "x"), ("", "y")])
    assert majority(rows, rows) == trigrams(rows, rows, rows).mean() == pytest.approx(2 / 3)


def test_a_label_that_train_has_not_is_always_wrong():
    train = rows_of([("aaa", "x"), ("bbb", "y")])
    assert trigrams(train, train, rows_of([("aaa", "new"), ("aaa", "x")])).tolist() == [False, True]
    assert majority(train, rows_of([("aaa", "new")])) == 0


def test_a_lone_surrogate_is_a_character_like_others():
    train = rows_of([("\ud800" * 3, "x"), ("bbb", "y")])
    assert trigrams(train, train, train).all()


def test_equal_labels_answer_the_first_in_order():
    assert majority(rows_of([("", "b"), ("", "a")]), rows_of([("", "a"), ("", "b"), ("", "a")])) == pytest.approx(2 / 3)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("st"), st.sampled_from("xyz")), min_size=1, max_size=6))
def test_the_ceiling_is_the_best_of_all_functions_of_the_text(pairs):
    texts, labels = zip(*pairs, strict=True)
    best = max(
        np.mean([dict(zip("st", answers, strict=True))[text] == label for text, label in pairs])
        for answers in itertools.product("xyz", repeat=2)
    )
    assert ceiling(texts, labels) == pytest.approx(best)


def test_rows_are_needed_and_the_message_says_where():
    rows = rows_of([("a", "x")])
    with pytest.raises(ValueError, match="at least one row in dev, got none"):
        trigrams(rows, [], rows)
    with pytest.raises(ValueError, match="at least one row in test"):
        majority(rows, [])
    with pytest.raises(ValueError, match="at least one row in texts"):
        ceiling([], [])


def test_naive_bayes_knows_four_languages_in_five(tmp_path):
    pytest.importorskip("django")
    example_data("languages", tmp_path)
    parts = [list(read(tmp_path / name, Columns("text", "label", None))) for name in SPLITS]
    found = trigrams(*parts).mean()
    assert majority(parts[0], parts[2]) == 0.05
    assert 0.76 < found < 0.88
    assert found < ceiling([row.text for row in parts[2]], [row.label for row in parts[2]])


def test_of_two_texts_both_are_read_and_kept_apart():
    labels = {("up", "up"): "same", ("down", "down"): "same", ("up", "down"): "falls", ("down", "up"): "rises"}
    rows = [Row(text, label, "", 1, beside=beside) for (text, beside), label in labels.items()]
    assert trigrams(rows, rows, rows[2:]).all()
    ups = [Row("up", "rises" if beside == "up" else "falls", "", 1, beside=beside) for beside in ("up", "down")]
    assert trigrams(ups, ups, ups).all()
