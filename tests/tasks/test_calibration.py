import numpy as np
import pytest

from atrous.tasks.calibration import calibration


def test_probabilities_that_hold_have_no_error():
    sure = np.full(1000, 0.75)
    bins, error = calibration(sure, np.arange(1000) % 4 > 0)
    assert bins == [{"low": 0.7, "high": 0.8, "rows": 1000, "confidence": 0.75, "right": 0.75}]
    assert error == 0
    assert calibration(sure, np.arange(1000) % 2 > 0)[1] == 0.25


def test_the_error_is_the_mean_over_the_bins_by_their_rows():
    sure, right = np.array([1.0, 1.0, 1.0, 0.05]), np.array([True, True, False, True])
    assert calibration(sure, right)[1] == pytest.approx((3 * (1 - 2 / 3) + 0.95) / 4, abs=1e-4)
    assert calibration(sure[:0], right[:0]) == ([], 0.0)
