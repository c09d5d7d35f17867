import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.window import Cost, Window, conv_cost, linear_cost, recurrent_cost
from tests.page.reading import Page
from tests.slow import definitions as slow

windows = st.builds(
    Window,
    left=st.integers(0, 9) | st.just(math.inf),
    right=st.integers(0, 9) | st.just(math.inf),
    stride=st.sampled_from([Fraction(1), Fraction(2), Fraction(3), Fraction(1, 2)]),
)


@given(windows, windows, windows)
def test_composition_is_associative_and_has_the_identity(a, b, c):
    assert a.then(b).then(c) == a.then(b.then(c))
    assert Window().then(a) == a.then(Window()) == a


@given(windows, windows, windows)
def test_a_window_before_two_paths_is_before_each(a, b, c):
    if b.stride == c.stride:
        assert a.then(b.beside(c)) == a.then(b).beside(a.then(c))


@pytest.mark.parametrize("depth", range(1, 8))
def test_doubling_dilations_see_exponentially_far_and_two_convolutions_a_block_count_twice(depth):
    window = Window()
    for level in range(depth):
        for _ in range(2):
            window = window.then(Window(left=2 * 2**level))
    assert window.size == 1 + 4 * (2**depth - 1)


@pytest.mark.parametrize("options", [{"left": -1}, {"right": -1}, {"stride": 0}, {"stride": math.inf}])
def test_impossible_windows_are_refused(options):
    with pytest.raises(ValueError, match="Window needs"):
        Window(**options)


def test_paths_of_different_stride_are_refused():
    with pytest.raises(ValueError, match="one stride, got 1 and 2"):
        Window().beside(Window(stride=2))


def test_a_window_reads_as_numbers_and_as_words():
    assert repr(Window(left=math.inf, stride=Fraction(1, 2))) == "Window(left=inf, right=0, stride=1/2)"
    assert str(Window()) == "its own step"
    assert str(Window(6, 1, 2)) == "6 back, 1 ahead, every 2"
    assert Window(left=Fraction(1, 2)).size == 1


@given(st.integers(0, 40), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(1, 4))
def test_the_formulas_count_what_plain_loops_count(steps, inputs, outputs, kernel, stride):
    cost = conv_cost(inputs, outputs, kernel=kernel, stride=stride)
    assert cost.flops(steps) == slow.conv_flops(steps, inputs, outputs, kernel, stride)
    lstm = recurrent_cost(inputs, outputs, gates=4, biases=4)
    assert lstm.flops(steps) == slow.lstm_flops(steps, inputs, outputs)


@given(st.integers(0, 40))
def test_costs_compose_at_the_rate_of_each_layer(steps):
    halve, narrow = conv_cost(3, 4, kernel=2, stride=2), linear_cost(4, 1, bias=False)
    both = halve.then(narrow)
    assert both.steps(steps) == math.ceil(steps / 2)
    assert both.flops(steps) == (48 + 8) * math.ceil(steps / 2)
    assert both.parameters == 24 + 4 + 4
    assert halve.beside(Cost(5)).parameters == 33


@pytest.mark.parametrize("window", [Window(), Window(60), Window(math.inf), Window(Fraction(3, 2), math.inf, 8)])
def test_a_notebook_shows_a_window(window):
    page = Page(window._repr_html_())
    assert f"One output sees {window};" in page.text()
    assert len(page.of("polygon")) == [window.left, window.right].count(math.inf)
