import numpy as np
import pytest

from atrous.comparing.baselines import MAJORITY, TRIGRAMS
from atrous.comparing.references import references
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets

ROWS = [Row("good", "pos", "", 1), Row("good", "neg", "", 2), Row("bad", "neg", "", 3), Row("bad", "neg", "", 4)]


def corpus(rows, several=False):
    return Corpus(rows, rows, rows, Targets(("neg", "pos"), several), ())


def test_the_counts_of_naive_bayes_are_its_score():
    found = references(corpus(ROWS))
    assert found.counts.shape == (1, 4)
    assert found.counts.mean() == found.baselines[TRIGRAMS] == 0.75
    assert found.ceiling == 0.75


def test_where_a_row_has_several_labels_the_parts_divide_to_its_score():
    found = references(corpus([row._replace(label="neg|pos" if row.line == 1 else row.label) for row in ROWS], True))
    numerator, denominator = found.counts[0].sum(0)
    assert numerator / denominator == pytest.approx(found.baselines[TRIGRAMS])


def test_of_series_there_is_no_naive_bayes():
    found = references(corpus([row._replace(text="1 2") for row in ROWS]), series=True)
    assert found.baselines == {MAJORITY: 0.75, TRIGRAMS: None}
    assert found.counts is None


def test_the_ceiling_of_pairs_looks_at_both_texts():
    rows = [row._replace(beside=str(row.line)) for row in ROWS]
    found = references(corpus(rows))
    assert found.ceiling == 1
    assert np.isin(found.counts, (0, 1)).all()
