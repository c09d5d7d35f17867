import pytest
import torch
import torch.nn.functional as F

from atrous.attend import Unpadded


def test_a_full_window_shrinks_to_one_vector_without_any_padding():
    pool = Unpadded(3, depth=3, kernel=2).double()
    assert pool.steps == 8
    x = torch.randn(1, 8, 3, dtype=torch.double)
    y = x.transpose(1, 2)
    for level, conv in enumerate(part for part in pool.shrink.parts if hasattr(part, "weight")):
        y = F.conv1d(y.relu() if level else y, conv.weight, conv.bias, dilation=2**level)
    torch.testing.assert_close(pool(x), y[..., 0])
    assert y.shape[2] == 1


def test_of_a_longer_row_it_reads_the_last_steps_and_of_a_shorter_one_zeros_before_it():
    pool = Unpadded(3, depth=2, kernel=3)
    x = torch.randn(2, 20, 3)
    torch.testing.assert_close(pool(x), pool(x[:, -7:]))
    torch.testing.assert_close(pool(x[:, :4]), pool(F.pad(x[:, :4], (0, 0, 3, 0))))


def test_depth_1_is_a_fully_connected_layer_over_its_window():
    pool, x = Unpadded(4, depth=1, kernel=5), torch.randn(2, 5, 4)
    weight = pool.shrink.parts[0].weight.transpose(1, 2).flatten(1)
    torch.testing.assert_close(pool(x), F.linear(x.flatten(1), weight, pool.shrink.parts[0].bias))


def test_it_says_what_it_got():
    with pytest.raises(ValueError, match="got depth=0, kernel=3"):
        Unpadded(3, depth=0)
