import pytest

from atrous.config import load
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.training.identity import difference, identity
from atrous.training.tokens import tokenise


def identified(words=(), labels=("neg", "pos"), last="the end", answer="pos", **options):
    rows = [*(Row(f"film {n}", labels[n % 2], "", n) for n in range(9)), Row(last, answer, "", 9)]
    settings = load(None, words, encode="ngram").resolved()
    tokens = tokenise(Corpus(rows[:5], rows[5:7], rows[7:], Targets(labels), ()), settings)
    return identity(settings, tokens, labels, **options)


def test_the_same_rows_and_settings_are_the_same_run():
    assert identified() == identified()
    assert not difference(identified(processes=2), identified(processes=2))
    assert not difference(identified(), identified(["data.text=film"]))  # whatever the column is called


@pytest.mark.parametrize(
    "change, said",
    [
        ({"words": ["train.seed=3"]}, "was begun with train.seed = 0, not 3"),
        ({"words": ["encode.kernels=[2]"]}, "was begun with encode.kernels = [3, 4, 5], not [2]"),
        ({"words": ["data.max_steps=3"]}, "was begun with data.max_steps = none, not 3"),
        ({"processes": 2}, "was begun with processes = 1, not 2"),
        ({"last": "the bad end"}, "was begun with other rows"),
        ({"answer": "neg"}, "was begun with other rows"),
        ({"labels": ("bad", "pos")}, "was begun with other labels"),
    ],
)
def test_what_changed_is_said(change, said):
    found = difference(identified(processes=1), identified(**{"processes": 1, **change}))
    assert found == said


def test_another_vocabulary_is_told_from_other_rows():
    begun, now = identified(), identified()
    assert difference(begun, {**now, "vocabulary": "another"}) == "was begun with another vocabulary"
