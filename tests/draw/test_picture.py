import math
import re
from xml.etree import ElementTree

import pytest
from tests.draw.models import model_with_settings

from atrous.draw import FieldRow, field_rows, picture
from atrous.encode import ENCODERS
from atrous.window import Window

SVG = "{http://www.w3.org/2000/svg}"


def bars(drawn):
    """Left and right end of every bar, and of the mark of each output's own token."""
    found = {"bar": [], "own": []}
    for rect in ElementTree.fromstring(drawn).iter(f"{SVG}rect"):
        left = float(rect.get("x"))
        found[rect.get("class")].append((left, left + float(rect.get("width"))))
    return found


@pytest.mark.parametrize("name", ENCODERS)
def test_the_picture_of_every_encoder_is_whole_and_stays_within_its_frame(name):
    model = model_with_settings(name)
    drawn = picture(field_rows(model, steps=100), title=name, steps=100, late=model.flush if model.streams else None)
    root = ElementTree.fromstring(drawn)
    width, height = (float(size) for size in root.get("viewBox").split()[2:])
    found = bars(drawn)
    assert len(found["bar"]) == len(found["own"]) >= 1
    assert all(0 < left < right < width for ends in found.values() for left, right in ends)
    assert all(float(text.get("y")) < height for text in root.iter(f"{SVG}text"))
    assert all(float(text.get("x")) < width for text in root.iter(f"{SVG}text"))
    assert f"{model.cost.parameters:,} parameters" in drawn


def test_bars_are_as_long_as_what_they_stand_for():
    rows = [FieldRow(0, "a", 1, Window(), 1, 1), FieldRow(0, "b", 9, Window(6, 2), 1, 1)]
    drawn = bars(picture(rows, title="two", steps=10, late=None))
    (one, nine), own = [right - left for left, right in drawn["bar"]], drawn["own"][1]
    assert nine == pytest.approx(9 * one, rel=0.01)
    assert own[0] - drawn["bar"][1][0] == pytest.approx(6 * one, rel=0.01)


def test_what_has_no_end_has_an_arrow_and_goes_beyond_what_has():
    rows = [FieldRow(0, "a", 21, Window(20), 1, 1), FieldRow(0, "b", math.inf, Window(math.inf), 1, 1)]
    drawn = picture(rows, title="two", steps=10, late=0)
    assert drawn.count("<polygon") == 1
    ends, endless = bars(drawn)["bar"]
    assert endless[0] < ends[0]


def test_a_delay_is_a_dashed_line_where_the_answer_is_known():
    rows = [FieldRow(0, "a", 7, Window(3, 3), 1, 1)]
    assert "stroke-dasharray" not in picture(rows, title="a", steps=10, late=0)
    drawn = picture(rows, title="a", steps=10, late=3)
    (x,) = re.findall(r'class="late" x1="([0-9.]+)"', drawn)
    (bar,) = bars(drawn)["bar"]
    assert bar[0] < float(x) < bar[1]
    assert "streams 3 tokens late" in drawn


def test_names_are_text_whatever_they_are_made_of():
    drawn = picture([FieldRow(0, "<Conv> & co", 1, Window(), 1, 1)], title="a < b", steps=10, late=None)
    texts = [text.text for text in ElementTree.fromstring(drawn).iter(f"{SVG}text")]
    assert "<Conv> & co" in texts
    assert "a < b" in texts


@pytest.mark.parametrize("sizes, linear", [((4, 10, 22), (4, 7, 10)), ((4, 7, 10), (4, 7, 10))])
def test_the_growth_is_plotted_to_scale_beside_the_pace_of_the_first_layer(sizes, linear):
    rows = [FieldRow(0, f"layer {size}", 1, Window(size - 1), 1, 1) for size in sizes]
    lines = {
        line.get("class"): [[float(number) for number in point.split(",")] for point in line.get("points").split()]
        for line in ElementTree.fromstring(picture(rows, title="a", steps=10, late=None)).iter(f"{SVG}polyline")
    }
    for kind, expected in (("grows", (1, *sizes)), ("pace", (1, *linear))):
        points = lines[kind]
        unit = (points[0][1] - points[1][1]) / (expected[1] - expected[0])  # points a token
        for (x, y), size, layer in zip(points, expected, range(4), strict=True):
            assert points[0][1] - y == pytest.approx((size - 1) * unit, abs=0.3)
            assert x - points[0][0] == pytest.approx(layer * (points[1][0] - points[0][0]), abs=0.3)
    assert lines["pace"][:2] == lines["grows"][:2]


def test_a_growth_of_one_layer_or_without_end_is_said_and_not_plotted():
    for window, said in ((Window(4), "does not grow with depth"), (Window(math.inf), "has no end, from a on")):
        drawn = picture([FieldRow(0, "a", 1, window, 1, 1)], title="a", steps=10, late=None)
        assert f"The window {said}" in drawn
        assert "<polyline" not in drawn
