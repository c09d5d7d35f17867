"""Whether probabilities can be believed."""

from typing import Any

import pytest
from tests.comparing.report.made import made
from tests.page.reading import Page

from atrous.comparing.report.calibration import bins, calibration
from atrous.comparing.report.given import Race


def race(rows: list[dict[str, Any]], error: float | None = 0.05) -> Race:
    return Race({**made(models=1), "best_on_test": {"calibration": rows, "calibration_error": error}})


def one(confidence: float, right: float, rows: int = 100) -> dict[str, Any]:
    return {"low": 0.8, "high": 0.9, "rows": rows, "confidence": confidence, "right": right}


@pytest.mark.parametrize(
    "right, lean", [(0.7, "too sure of itself"), (0.9, "too modest"), (0.855, "neither too sure nor too modest")]
)
def test_the_error_is_said_in_words(right: float, lean: str) -> None:
    said = Page(calibration(race([one(0.85, right)]))).text()
    assert f"it is {lean}." in said
    assert "expected calibration error is 0.050: typically a probability is off by 5.0 points" in said


def test_the_mean_weighs_by_rows() -> None:
    said = Page(calibration(race([one(0.9, 0.9, 300), one(0.5, 0.5, 100)], None))).text()
    assert "gives its answer 80 % and is right in 80 %" in said and "expected" not in said
    assert "300 rows said 0.90, right 0.90; 100 rows said 0.50, right 0.50" in said


def test_empty_and_broken_bins_are_left_out() -> None:
    assert bins(race([one(0.9, 0.9, 0), one(0.9, 0.9) | {"right": None}])) == []
    assert "no probabilities" in Page(calibration(race([]))).text()
