import itertools
import random

import numpy as np
import pytest

from atrous.comparing.baselines import SMOOTHINGS
from atrous.comparing.several import ceiling, majority, micro_f1, parts, trigrams
from atrous.data.tables import Row
from atrous.data.targets import Targets

metrics = pytest.importorskip("sklearn.metrics")

KNOWN = Targets(("a", "b", "c"), several=True)


def judged(train, dev, test):
    right, whole = trigrams(train, dev, test, KNOWN).sum(0)
    return right / whole


def rows_of(*pairs):
    return [Row(text, label, "", number) for number, (text, label) in enumerate(pairs, 1)]


def invented(count, seed):
    """Texts of letters, each label adding its own; some rows have no label and no text."""
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        labels = [label for label in "abc" if chance.random() < 0.4]
        rows.append(
            ("".join(chance.choice("xyz" + 3 * "".join(labels)) for _ in range(chance.randrange(9))), "|".join(labels))
        )
    return rows_of(*rows)


def test_naive_bayes_is_as_right_as_scikit_learns_one_a_label():
    features = pytest.importorskip("sklearn.feature_extraction.text")
    naive_bayes = pytest.importorskip("sklearn.naive_bayes")
    train, dev, test = invented(200, 1), invented(100, 2), invented(150, 3)

    def pieces(text):
        marked = f"\x02{text}\x03"
        return [marked[place : place + 3] for place in range(len(marked) - 2)]

    counter = features.CountVectorizer(analyzer=pieces)
    seen = counter.fit_transform([row.text for row in train])
    best, expected = -1.0, 0.0
    for smoothing in SMOOTHINGS:
        judges = [naive_bayes.MultinomialNB(alpha=smoothing).fit(seen, one) for one in KNOWN.array(train).T]
        on_dev, on_test = (
            metrics.f1_score(
                KNOWN.array(rows),
                np.stack([judge.predict(counter.transform([row.text for row in rows])) for judge in judges], 1),
                average="micro",
            )
            for rows in (dev, test)
        )
        if on_dev > best:
            best, expected = on_dev, on_test
    assert judged(train, dev, test) == pytest.approx(expected, abs=1e-12)
    assert 0.5 < expected < 1


def test_a_label_that_every_row_has_is_always_given_and_one_that_none_has_never():
    rows = rows_of(("xx", "a|b"), ("yy", "a"))
    assert judged(rows, rows, rows) == 1
    assert judged(rows, rows, rows_of(("zz", "a|c"))) == pytest.approx(2 / 3)  # b is as likely as not


def test_the_majority_gives_the_most_frequent_labels_that_do_best_on_train():
    train = rows_of(("", "a|b"), ("", "a|b"), ("", "a"), ("", "c"))
    assert majority(train, rows_of(("", "a|b")), KNOWN) == 1
    assert majority(train, rows_of(("", "a")), KNOWN) == pytest.approx(2 / 3)
    best = max(
        micro_f1(np.tile(np.array(given, bool), (4, 1)), KNOWN.array(train) > 0)
        for given in itertools.product([False, True], repeat=3)
    )
    assert majority(train, train, KNOWN) == best


@pytest.mark.parametrize("seed", range(5))
def test_the_ceiling_is_the_best_of_all_functions_of_the_text(seed):
    chance = random.Random(seed)
    rows = rows_of(
        *((chance.choice("xy"), "|".join(label for label in "abc" if chance.random() < 0.4)) for _ in range(7))
    )
    wanted = KNOWN.array(rows) > 0
    best = 0.0
    for cells in itertools.product([False, True], repeat=6):
        answers = {"x": cells[:3], "y": cells[3:]}
        best = max(best, micro_f1(np.array([answers[row.text] for row in rows]), wanted))
    assert ceiling(rows, KNOWN) == pytest.approx(best)


def test_the_parts_of_all_rows_divide_to_micro_f1():
    chance = np.random.default_rng(0)
    given, wanted = chance.random((2, 40, 3)) < 0.4
    numerator, denominator = parts(given, wanted).sum(0)
    assert numerator / denominator == pytest.approx(micro_f1(given, wanted))


def test_rows_without_any_label_have_nothing_to_reach():
    assert ceiling(rows_of(("x", "")), KNOWN) == 0


@pytest.mark.parametrize("empty", range(3))
def test_every_part_needs_rows(empty):
    three = [[] if place == empty else rows_of(("x", "a")) for place in range(3)]
    with pytest.raises(ValueError, match=f"at least one row in {('train', 'dev', 'test')[empty]}"):
        trigrams(*three, KNOWN)


def test_counting_in_blocks_changes_nothing(monkeypatch):
    train, dev, test = invented(60, 1), invented(30, 2), invented(30, 3)
    whole = judged(train, dev, test)
    monkeypatch.setattr("atrous.comparing.baselines._BLOCK", 20)
    assert judged(train, dev, test) == whole
