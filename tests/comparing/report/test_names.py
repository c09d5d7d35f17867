"""Names stand beside their markers and not upon each other."""

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from atrous.comparing.report.names import name_markers


def placed(markers: list[tuple[str, float, float]], lines: list[tuple[str, float]] | None = None) -> list[Annotation]:
    with matplotlib.rc_context({"figure.dpi": 72, "text.parse_math": False}):
        figure = Figure(figsize=(4.6, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        name_markers(axes, markers, lines or [])
    return [one for one in axes.texts if isinstance(one, Annotation)]


def test_a_lonely_name_stands_to_the_right_without_a_line() -> None:
    (one,) = placed([("tcn", 0.5, 0.5)])
    assert one.xyann[0] > one.xy[0] and one.xyann[1] == pytest.approx(one.xy[1])
    assert one.arrow_patch is None


def test_a_name_at_the_right_edge_stands_to_the_left() -> None:
    (one,) = placed([("a long name", 1.0, 0.5)])
    assert one.xyann[0] < one.xy[0]


@pytest.mark.parametrize("count", [2, 9, 21])
def test_names_of_markers_in_one_place_do_not_cover_each_other(count: int) -> None:
    names = placed([(f"model {n}", 0.5, 0.5) for n in range(count)])
    boxes = [(*one.xyann, 9.0 * 0.56 * len(one.get_text())) for one in names]
    for n, (x, y, width) in enumerate(boxes):
        for other, height, wide in boxes[:n]:
            assert abs(y - height) >= 9 or x >= other + wide - 0.1 or other >= x + width - 0.1
    assert count < 5 or any(one.arrow_patch is not None for one in names)


def test_the_name_of_a_line_keeps_clear_of_markers_at_its_end() -> None:
    free, moved = placed([], [("ceiling", 0.5)])[0], placed([("a", 0.97, 0.52)], [("ceiling", 0.5)])[0]
    assert free.get_text() == moved.get_text() == "ceiling"
    assert free.xyann != moved.xyann


def test_a_name_is_not_written_upon_a_line() -> None:
    line, name = placed([("gru", 0.5, 0.5)], [("naive Bayes", 0.5)])
    assert abs(name.xyann[1] - name.xy[1]) > 4.5 + 1
    assert line.get_text() == "naive Bayes"
