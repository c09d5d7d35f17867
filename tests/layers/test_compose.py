from fractions import Fraction

import pytest
import torch

from atrous.layers import Conv, Parallel, Pointwise, Residual, Stack


def test_a_stack_names_the_part_that_does_not_fit():
    with pytest.raises(ValueError, match="part 3 of a Stack takes 5 channels, got 4: Conv"):
        Stack(Conv(3, 4, kernel=2), Pointwise(torch.relu), Conv(5, 4, kernel=2))


@pytest.mark.parametrize("strides, grain", [((2, 3), 6), ((3, 2), 6), ((2, 2), 4), ((1, 4, 1), 4)])
def test_the_grain_of_a_stack_fills_every_stride(strides, grain):
    assert Stack(*[Conv(2, 2, kernel=stride, stride=stride) for stride in strides]).grain == grain


def test_the_delay_of_a_stack_is_rounded_up_to_whole_strides():
    centred = Conv(2, 2, kernel=3, right=1)
    assert Stack(centred, Conv(2, 2, kernel=2, stride=2), centred).delay == 2  # (1 + a line of 1) / 2 + 1


def test_an_empty_stack_is_the_identity():
    x = torch.randn(2, 5, 3)
    assert torch.equal(Stack()(x), x)


def test_windows_of_parallel_paths_take_the_wider_side_each():
    window = Parallel(Conv(2, 2, kernel=4), Conv(2, 2, kernel=3, right=2)).window
    assert (window.left, window.right, window.stride) == (3, 2, Fraction(1))


@pytest.mark.parametrize(
    "build, words",
    [
        (lambda: Parallel(), "at least one path"),
        (lambda: Parallel(Conv(2, 3, kernel=1), Conv(2, 3, kernel=2, stride=2)), "one stride, got 1 and 2"),
        (lambda: Parallel(Conv(2, 3, kernel=1), Conv(4, 3, kernel=1)), "same inputs, got 2 and 4"),
        (lambda: Residual(Conv(2, 3, kernel=1)), r"same outputs, got \[2, 3\]"),
        (lambda: Residual(Conv(2, 2, kernel=2, stride=2)), "one stride, got 1 and 2"),
    ],
)
def test_paths_that_do_not_fit_are_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()
