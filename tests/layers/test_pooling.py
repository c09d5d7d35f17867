import numpy as np
import pytest
import torch
from tests.slow import definitions as slow

from atrous.layers import Pooling

every_shape = pytest.mark.parametrize("kernel, stride, right", [(1, 1, 0), (2, 2, 1), (3, 1, 1), (5, 2, 3), (2, 3, 1)])


@every_shape
@pytest.mark.parametrize("kind", ["max", "mean"])
@pytest.mark.parametrize("steps", [1, 2, 11])
def test_pooling_matches_its_definition(kind, kernel, stride, right, steps):
    x = torch.randn(1, steps, 3, dtype=torch.double) - 5  # all below zero: padding must not win
    y = Pooling(kind, 3, kernel=kernel, stride=stride, right=right)(x)[0]
    expected = slow.pool(x[0].numpy(), kind=kind, kernel=kernel, stride=stride, right=right)
    np.testing.assert_allclose(y, expected, atol=1e-12)


def test_the_windows_follow_each_other_unless_a_stride_is_given():
    assert Pooling("max", 3, kernel=4).window.stride == 4


def test_pooling_says_what_it_got():
    with pytest.raises(ValueError, match="Pooling needs kernel, dilation and stride >= 1, got kernel=0"):
        Pooling("max", 3, kernel=0)
    with pytest.raises(ValueError, match="channels >= 1, got 'max' and 0"):
        Pooling("max", 0, kernel=2)
