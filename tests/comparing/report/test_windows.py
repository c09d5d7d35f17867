"""Windows drawn to one scale."""

import re

from tests.comparing.report.made import made, without_runs
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.windows import windows


def bars(written: str) -> dict[str, float]:
    """How wide the bar of each colour is."""
    found = {}
    for d, colour in re.findall(r'<path d="([^"]*)" clip-path="[^"]*" style="fill:var\(--(m\d)\)', written):
        across = [float(x) for x in re.findall(r"[ML] (-?[\d.]+) ", d)]
        found[colour] = max(across) - min(across)
    return found


def test_bars_are_as_wide_as_windows_all_to_one_scale() -> None:
    results = made(models=3)
    for model, left in zip(results["models"], (0, 9, 49), strict=True):
        model["window"] = {"left": left, "right": 0, "stride": 1}
    found = bars(windows(Race(results)))
    assert [round(found[f"m{n}"] / found["m0"]) for n in range(3)] == [1, 10, 50]


def test_a_side_without_end_is_an_arrow() -> None:
    results = made(models=7)
    finite = made(models=1)
    assert "an arrow: without end" in Page(windows(Race(results))).text()
    assert "an arrow" not in Page(windows(Race(finite))).text()
    assert "all back" in Page(windows(Race(results))).text()


def test_without_windows_there_is_a_sentence() -> None:
    assert "No model has a window" in Page(windows(Race(without_runs()))).text()
