import math

import numpy as np
import pytest

from atrous.errors import DataError, FolderError
from atrous.runtime.series import Series, parse


@pytest.mark.parametrize(
    "row, expected",
    [
        ("1.5 2 ? 3", [[1.5], [2], [math.nan], [3]]),
        ("1,2 3,? 4,", [[1, 2], [3, math.nan], [4, math.nan]]),
        (" -1e3\tNaN\n.5 ", [[-1000], [math.nan], [0.5]]),
        ([1, None, 3.5], [[1], [math.nan], [3.5]]),
        ([[1, 2], [None, "4"]], [[1, 2], [math.nan, 4]]),
        (np.array([[1.0, 2.0]]), [[1, 2]]),
        (np.array([1.0, 2.0]), [[1], [2]]),
        ("", np.zeros((0, 1))),
        ([], np.zeros((0, 1))),
    ],
)
def test_a_series_is_read_from_text_lists_and_arrays(row, expected):
    np.testing.assert_array_equal(parse(row), expected)


@pytest.mark.parametrize(
    "row, said",
    [
        ("1 2 x 4", r"step 3: 'x' is no finite number; write a number, or `\?` where one is missing"),
        ("1 inf", "step 2: 'inf' is no finite number"),
        ("1,2 3", "step 2 has 1 values, expected 2; put commas between the values of a step"),
        ([[1], [1, 2]], "step 2 has 2 values, expected 1"),
        ([1, {}], "step 2: {} is no finite number"),
        ([[1, [2]], [3, 4]], r"step 1: \[2\] is no finite number"),
        ([10**400], "step 1: 10{39}... is no finite number"),
        (3, "expected a series of numbers, got int"),
    ],
)
def test_what_is_no_series_is_refused_by_step(row, said):
    with pytest.raises(DataError, match=said):
        parse(row)


def test_the_first_step_does_not_rule_where_the_features_are_known():
    with pytest.raises(DataError, match="step 1 has 2 values, expected 1"):
        parse("1,2", features=1)
    assert parse("", features=3).shape == (0, 3)


def test_a_large_mean_costs_no_digits():
    scale = Series((1.7e9,), (2.0,))
    assert scale("1700000001 1700000002").tolist() == [[0.5], [1.0]]


@pytest.mark.parametrize("mean, deviation", [((), ()), ((1.0,), (1.0, 2.0)), ((1.0,), (0.0,)), ((math.nan,), (1.0,))])
def test_a_scale_that_cannot_be_is_refused(mean, deviation):
    with pytest.raises(ValueError, match="Series needs"):
        Series(mean, deviation)


@pytest.mark.parametrize(
    "values",
    [None, {}, {"mean": [1], "deviation": ["x"]}, {"mean": 1, "deviation": 2}, {"mean": [10**400], "deviation": [1]}],
)
def test_a_damaged_scale_is_a_damaged_folder(values):
    with pytest.raises(FolderError, match="scale of values cannot be read"):
        Series.from_json(values)


def test_a_scale_survives_json():
    scale = Series((0.1, 1 / 3), (2.0, 7.0))
    assert Series.from_json(scale.to_json()) == scale
