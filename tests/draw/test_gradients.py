import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.draw.probed import probed

from atrous.draw.gradients import Gradients, Lags, LayerGradient, Profile, profile
from atrous.window import Window


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any), st.integers(-6, 3))
def test_the_span_is_the_shortest_run_that_holds_95_percent(sizes, lowest):
    found = profile([float(one) for one in sizes], lowest=lowest, first=lowest, last=lowest + len(sizes) - 1)
    runs = [
        (last - first, abs(2 * lowest + first + last), lowest + first)
        for first in range(len(sizes))
        for last in range(first, len(sizes))
        if 20 * sum(sizes[first : last + 1]) >= 19 * sum(sizes)
    ]
    length, _, first = min(runs)
    assert found.span == (first, first + length)
    assert math.fsum(found.shares) == pytest.approx(1)
    assert found.beyond == 0


def test_what_lies_beyond_the_lags_that_are_shown_is_one_share():
    found = profile([1.0, 1.0, 2.0, 4.0], lowest=-3, first=-1, last=0)
    assert found == Profile((0.25, 0.5), 0.25, (-3, 0))


def test_no_gradient_has_no_profile():
    assert profile([0.0, 0.0], lowest=-1, first=-1, last=0) is None


def test_json_keeps_to_the_contract():
    lags = Lags(Window(left=60), -2, 0, None, profile([1.0, 1.0, 2.0], lowest=-2, first=-2, last=0))
    found = Gradients(7, lags, (LayerGradient("encode: Conv(4, 4, kernel=3)", None, 0.0123456, 0.25),), ("few",))
    assert found.to_json() == {
        "rows": 7,
        "lags": {
            "first": -2, "last": 0, "start": None, "end": [0.25, 0.25, 0.5], "beyond": {"start": None, "end": 0.0},
            "span": {"start": None, "end": [-2, 0], "share": 0.95}, "window": {"left": 60, "right": 0, "stride": 1},
        },
        "layers": [{"name": "encode: Conv(4, 4, kernel=3)", "start": None, "end": 0.01235, "dead": 0.25}],
        "remarks": ["few"],
    }  # fmt: skip
    assert lags.hidden == 58


def test_what_was_written_is_read_back():
    found = probed(window=Window(math.inf), remarks=("few",))
    assert Gradients.of(found.to_json()).to_json() == found.to_json()
    fresh = probed(trained=False)
    assert Gradients.of(fresh.to_json()).lags.end is None


def test_a_notebook_shows_the_picture():
    assert probed()._repr_html_().startswith("<svg ")
