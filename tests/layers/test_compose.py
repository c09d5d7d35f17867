from fractions import Fraction

import pytest
import torch

from atrous.layers import Conv, ConvTranspose, Parallel, Pointwise, Residual, Restored, Stack, densely


def test_a_stack_names_the_part_that_does_not_fit():
    with pytest.raises(ValueError, match="part 3 of a Stack takes 5 channels, got 4: Conv"):
        Stack(Conv(3, 4, kernel=2), Pointwise(torch.relu), Conv(5, 4, kernel=2))


@pytest.mark.parametrize(
    "strides, grain", [((2, 3), 6), ((3, 2), 6), ((2, 2), 4), ((1, 4, 1), 4), ((10**5, 10**5, 2), 2 * 10**10)]
)
def test_the_grain_of_a_stack_fills_every_stride(strides, grain):
    assert Stack(*[Conv(2, 2, kernel=min(stride, 4), stride=stride) for stride in strides]).grain == grain


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


def test_what_is_restored_is_as_long_as_what_was_read():
    path = Stack(Conv(2, 3, kernel=3, stride=3), ConvTranspose(3, 4, kernel=3, stride=3))
    for steps in (1, 2, 3, 7):
        assert Restored(path)(torch.randn(2, steps, 2)).shape == (2, steps, 4)


def test_only_a_path_that_restores_the_rate_is_restored():
    with pytest.raises(ValueError, match="restores the rate, got one with stride 2"):
        Restored(Conv(2, 2, kernel=2, stride=2))


def test_in_a_dense_block_the_input_arrives_intact_and_every_part_reads_all_before_it():
    first, second = Conv(10, 10, kernel=3, right=1), Conv(20, 10, kernel=3, right=1)
    block, x = densely(first, second), torch.randn(2, 7, 10)
    y = block(x)
    assert [part.outputs for part in block.parts] == [20, 30]  # 10 -> 20 -> 30
    assert torch.equal(y[..., :10], x)
    made = first(x)
    torch.testing.assert_close(y[..., 10:20], made)
    torch.testing.assert_close(y[..., 20:], second(torch.cat([x, made], -1)))
