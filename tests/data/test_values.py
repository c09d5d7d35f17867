from decimal import Decimal

import numpy as np
import pytest

from atrous.data.values import Number, kind_of, plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, "3"),
        (-1, "-1"),
        (0.5, "0.5"),
        (np.int64(3), "3"),
        (np.float32(0.1), "0.1"),
    ],
)
def test_numbers_become_texts_that_know_it(value, expected):
    assert plain(value) == expected
    assert type(plain(value)) is Number


def test_what_is_missing_is_none():
    assert plain(None) is plain(float("nan")) is plain(np.float64("nan")) is None


def test_texts_and_booleans_are_pythons_own():
    assert type(plain(np.str_("x"))) is str
    assert plain(np.bool_(True)) is True
    assert plain(False) is False


def test_what_is_neither_stays_and_is_named_by_its_type():
    assert plain([1]) == [1]
    assert kind_of(plain(Decimal("1.5"))) == "a value of type Decimal"
    assert kind_of(plain({"a": 1})) == "an object"
    assert kind_of("x") == "a text"
