"""The section of the gradient, whatever of it is missing."""

import re
from typing import Any

import pytest
from tests.comparing.report.made import gradients_made, made
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.gradients import gradients


def html(found: Any) -> str:
    return gradients(Race({**made(models=2), "best_on_test": {"gradients": found}}))


def without(part: str, *keys: str) -> dict[str, Any]:
    """What was measured, with something missing from one of its parts."""
    found = gradients_made()
    for key in keys:
        found[part][key] = None
    return found


def test_both_pictures_stand_below_the_verdict() -> None:
    page = Page(html(gradients_made()))
    said = page.text()
    assert "Of bag, on 128 test rows:" in said
    assert "95 % of the gradient comes from 16 tokens, 15 back to its own." in said
    assert len(page.of("figure")) == 2
    assert "before 95 % from lag -40 to 0; after 95 % from lag -15 to 0" in said
    assert "encode: Conv(64, 64, kernel=3, dilation=8): 0.2 before, 0.08 after" in said
    assert "a cross: no gradient at all" in said  # the embedding has none
    assert "an arrow" not in said


def test_a_bar_stands_for_every_lag() -> None:
    bars = [len(re.findall('style="fill:var\\(--m0\\)', html(gradients_made(first=first)))) for first in (-9, -59)]
    assert bars[1] - bars[0] == 50


@pytest.mark.parametrize("left, right, arrows", [("inf", 0, 1), ("inf", "inf", 2), (60, "inf", 1), (60, 0, 0)])
def test_a_window_without_end_goes_on(left: Any, right: Any, arrows: int) -> None:
    found = gradients_made()
    found["lags"]["window"] = {"left": left, "right": right, "stride": 1}
    assert ("an arrow: it goes on" in html(found)) == bool(arrows)


@pytest.mark.parametrize(
    "found, pictures",
    [
        (without("lags", "start"), 2),
        (without("lags", "end"), 2),
        (without("lags", "span", "window", "beyond"), 2),
        (without("lags", "start", "end"), 1),
        (without("lags", "first"), 1),
        ({**gradients_made(), "lags": None}, 1),
        ({**gradients_made(), "layers": None, "rows": None, "verdict": None}, 1),
        ({**gradients_made(), "layers": [{"name": None, "start": None, "end": 0.5}, None, 3]}, 2),
        ({**gradients_made(), "layers": [{"name": "embed", "start": 0.0, "end": 0.0}]}, 2),
    ],
)
def test_it_does_without_what_is_missing(found: dict[str, Any], pictures: int) -> None:
    assert len(Page(html(found)).of("figure")) == pictures


@pytest.mark.parametrize("found", [None, {}, [], "gradients", {"lags": {}, "layers": {}}])
def test_a_race_that_measured_nothing_says_so(found: Any) -> None:
    assert "The gradient of the best model was not measured." in html(found)


def test_the_names_of_layers_are_harmless() -> None:
    found = gradients_made()
    found["layers"][0]["name"] = "<script>alert(1)</script>"
    found["verdict"] = ["<b>bold</b>"]
    assert "<script" not in html(found)
    assert "<b>" not in html(found)
