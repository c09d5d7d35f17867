import itertools

import pytest

from atrous.comparing.terms import DEFAULT, TAGGERS, Terms, entrants, name_of, names, rates_around
from atrous.data.asked import Asked
from atrous.errors import ConfigError


@pytest.mark.parametrize(
    "options, words",
    [
        ({"seeds": 0}, "--seeds 0: expected 1 or more"),
        ({"rates": 0}, "--rates 0: expected 1 to 7"),
        ({"rates": 8}, "--rates 8: expected 1 to 7"),
        ({"budget": 49_999}, "--budget 49999: expected 50,000 or more parameters"),
        ({"minutes": 0.0}, "--minutes 0: expected a number above 0"),
        ({"minutes": float("nan")}, "--minutes nan"),
        ({"minutes": float("inf")}, "--minutes inf"),
    ],
)
def test_a_term_out_of_range_is_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        Terms(**options)


@pytest.mark.parametrize("count", range(1, 8))
def test_the_rates_stand_around_the_preset_by_factors_of_three(count):
    rates = rates_around(0.01, count)
    assert rates[0] == 0.01
    assert len({*rates}) == count
    ordered = sorted(rates)
    assert all(high / low == pytest.approx(3, rel=0.01) for low, high in itertools.pairwise(ordered))
    assert abs(ordered.index(0.01) - (count - 1) / 2) <= 0.5


@pytest.mark.parametrize("encode, words", [("bag,tcm", "did you mean 'tcn'"), ("bag,bag", "once"), ([], "once")])
def test_encoders_are_known_and_named_once(encode, words):
    with pytest.raises(ConfigError, match=words):
        names(encode)


def test_an_override_of_one_encoder_goes_to_those_that_have_it():
    asked = Asked("x.csv", set=["encode.kernels=[2]", "encode.channels=4", "train.epochs=3"])
    bag, ngram, tcn = entrants(asked, "bag,ngram,tcn")
    assert ngram.encode.kernels == (2,)
    assert (ngram.encode.channels, tcn.encode.channels) == (4, 4)
    assert tcn.encode.kernel == 3
    assert bag.train.epochs == 3


def test_an_override_of_nobody_is_refused():
    with pytest.raises(ConfigError, match=r"did you mean 'encode\.depth'"):
        entrants(Asked("x.csv", set=["encode.dept=3"]), DEFAULT)


def test_a_tagger_is_named_with_its_head_so_that_an_encoder_can_be_there_twice():
    asked = Asked("x.conll")
    found = entrants(asked, "bilstm,bilstm+crf,tcn+tags")
    assert [one.predict.name for one in found] == ["tags", "crf", "tags"]
    assert [name_of(one) for one in found] == ["bilstm", "bilstm+crf", "tcn"]
    assert [name_of(one) for one in entrants(Asked("x.conll", set=["predict.name=crf"]), "tcn")] == ["tcn+crf"]


@pytest.mark.parametrize(
    "asked, encode, words",
    [
        (Asked("x.conll"), "tcn+classes", "tcn.classes: after a plus expected tags or crf"),
        (Asked("x.conll"), "tcn,tcn+tags", "tcn is there twice"),
        (Asked("x.csv"), "tcn+crf", "classes or labels where task is classify"),
        (Asked("x.conll"), "tcm+crf", "did you mean 'tcn'"),
    ],
)
def test_a_head_that_does_not_suit_is_refused(asked, encode, words):
    with pytest.raises(ConfigError, match=words):
        entrants(asked, encode)


def test_what_is_raced_where_nobody_says_it_suits_the_task():
    assert tuple(map(name_of, entrants(Asked("x.conll", set=["encode.depth=2"])))) == TAGGERS
    assert tuple(map(name_of, entrants(Asked("x.csv", set=["task=tag"])))) == TAGGERS
    assert tuple(map(name_of, entrants(Asked("x.csv")))) == DEFAULT
