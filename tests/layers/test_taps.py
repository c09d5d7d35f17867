import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.layers import centred
from atrous.layers.taps import Taps
from atrous.window import Window


@pytest.mark.parametrize("kernel, stride, right, window, delay", [
    (3, 1, None, Window(2), 0),
    (3, 1, 1, Window(1, 1), 1),
    (3, 2, None, Window(1, 1, 2), 0),
    (5, 2, 4, Window(0, 4, 2), 2),
    (1, 3, None, Window(0, 0, 3), 0),
])  # fmt: skip
def test_what_is_read_and_how_late_it_is_known(kernel, stride, right, window, delay):
    taps = Taps(kernel, 1, stride, right)
    assert taps.window == window
    assert taps.delay == delay
    assert taps.late == delay * stride


def test_a_centred_window_of_even_size_leans_to_the_past():
    assert centred(4) == 1
    assert centred(5, 3) == 6


@pytest.mark.parametrize("right", [-1, 3])
def test_a_window_beside_its_own_step_is_refused(right):
    with pytest.raises(ValueError, match=f"dilation = 2, got right={right}: a window beside its own step"):
        Taps(3, 1, 1, right)


@given(st.integers(1, 6), st.integers(1, 9), st.integers(1, 4), st.data())
def test_taps_that_touch_a_row_are_those_that_read_one_of_its_steps(kernel, dilation, stride, data):
    right = data.draw(st.none() | st.integers(0, (kernel - 1) * dilation))
    taps, steps = Taps(kernel, dilation, stride, right), data.draw(st.integers(1, 40))
    outputs = range(0, steps, stride)
    found = [
        tap for tap in range(kernel) if any(0 <= at - taps.left + tap * dilation < steps for at in outputs)
    ]  # fmt: skip
    assert [*taps.touching(steps)] == (found or [*range(kernel)])
