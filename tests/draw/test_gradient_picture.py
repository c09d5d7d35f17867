import math
import xml.etree.ElementTree as ElementTree

import pytest
from tests.draw.probed import probed

from atrous.draw.gradient_picture import gradient_picture
from atrous.draw.gradients import LayerGradient
from atrous.window import Window

SVG = "{http://www.w3.org/2000/svg}"


def parsed(found, title="tcn"):
    return ElementTree.fromstring(gradient_picture(found, title=title))


def test_bars_are_to_scale_and_stand_over_the_window():
    found = probed()
    picture = parsed(found)
    bars = [one for one in picture.iter(f"{SVG}rect") if one.get("class") == "bar"][1:]  # the first is the legend's
    assert len(bars) == 61
    heights = [float(one.get("height")) for one in bars]
    shares = found.lags.end.shares
    assert heights == pytest.approx([150 * share / max(shares) for share in shares], abs=0.06)
    window = next(one for one in picture.iter(f"{SVG}rect") if one.get("class") == "field")
    assert float(bars[0].get("x")) == pytest.approx(float(window.get("x")), abs=1)
    right = float(bars[-1].get("x")) + float(bars[-1].get("width"))
    assert right == pytest.approx(float(window.get("x")) + float(window.get("width")), abs=1)


def test_an_arrow_stands_where_the_window_goes_on():
    assert len([*parsed(probed()).iter(f"{SVG}polygon")]) == 0
    assert len([*parsed(probed(window=Window(math.inf))).iter(f"{SVG}polygon")]) == 1
    assert len([*parsed(probed(window=Window(math.inf, 5))).iter(f"{SVG}polygon")]) == 2


def test_every_layer_has_its_marks_and_numbers():
    picture = parsed(probed())
    assert len([*picture.iter(f"{SVG}circle")]) == 8
    words = ["".join(one.itertext()) for one in picture.iter(f"{SVG}text")]
    assert {"embed: Tokens(9, 4)", "0.005", "0.02"} <= {*words}


def test_what_is_zero_or_no_number_has_no_mark():
    layers = (LayerGradient("embed: A", 0.0, math.nan), LayerGradient("encode: B", None, 1.0))
    assert len([*parsed(probed(layers=layers)).iter(f"{SVG}circle")]) == 1


def test_it_reads_its_verdict_to_who_cannot_see_it_and_escapes_what_is_given():
    picture = parsed(probed(), title="<b>&")
    assert picture.find(f"{SVG}title").text == "<b>&"
    assert picture.find(f"{SVG}desc").text.startswith("95 % of the gradient comes from")


def test_before_any_training_there_is_a_line_alone():
    picture = parsed(probed(trained=False))
    assert not [one for one in picture.iter(f"{SVG}rect") if one.get("class") == "bar"]
    assert [one.get("class") for one in picture.iter(f"{SVG}path")] == ["start"]
