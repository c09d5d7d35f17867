import random
from functools import reduce

import pytest

from atrous.layers import Conv
from atrous.planning import levels
from atrous.window import Window


def windows_of(found):
    return reduce(Window.then, (level.window for level in found))


@pytest.mark.parametrize("dilations, strides", [((1, 2, 4), (1, 1, 1)), ((1, 1, 1), (3, 2, 1)), ((5,), (1,))])
def test_a_level_that_is_not_centred_is_the_causal_convolution(dilations, strides):
    for level in levels(3, dilations, strides):
        causal = Conv(2, 2, kernel=3, dilation=level.dilation, stride=level.stride)
        assert level.window == causal.window


@pytest.mark.parametrize("seed", range(20))
def test_a_centred_window_lies_as_far_ahead_of_its_block_as_back(seed):
    chance = random.Random(seed)
    kernel, depth = chance.randint(2, 6), chance.randint(1, 6)
    strides = [chance.randint(1, kernel) for _ in range(depth)]
    found = levels(kernel, [chance.randint(1, 5) for _ in range(depth)], strides, centred=True)
    window = windows_of(found)
    largest = max(level.window.left + level.window.right for level in found)
    # No side is longer by more than one step of the highest level, the coarsest there is.
    assert abs(window.left - (window.right - (window.stride - 1))) <= window.stride / strides[-1]
    assert all(level.window.left >= 0 and level.window.right >= 0 for level in found)
    assert largest <= window.size


def test_centred_or_not_the_window_is_as_large():
    for kernel, dilations, strides in [(2, (1, 1, 1, 3), (1,) * 4), (5, (1, 1), (5, 1)), (1, (1,), (4,))]:
        sizes = [windows_of(levels(kernel, dilations, strides, centred=way)).size for way in (True, False)]
        assert sizes[0] == sizes[1]


def test_every_level_has_one_dilation_and_one_stride():
    with pytest.raises(ValueError, match="got 3 dilations and 2 strides"):
        levels(3, (1, 2, 4), (1, 1))
