import torch

from atrous.encode import gated, wavenet
from atrous.layers import Channels, Residual


def test_the_gated_network_is_not_dilated():
    assert gated(8, channels=4, depth=5, kernel=4).window.left == 15


def test_the_window_of_a_wavenet_doubles_with_every_block():
    assert [wavenet(4, channels=2, skips=2, depth=depth).window.size for depth in (1, 2, 5)] == [2, 4, 32]


def test_every_block_of_a_wavenet_adds_to_the_skip_path_and_only_the_residual_path_is_read():
    torch.manual_seed(0)
    layer = wavenet(4, channels=3, skips=2, depth=3).eval()
    x = layer.parts[0](torch.randn(1, 9, 4))
    other = x.clone()
    other[..., 3:] += 1  # the skip path before the first block
    for block in layer.parts[1:3]:
        assert isinstance(block, Residual)
        before, after = block(x), block(other)
        torch.testing.assert_close(after[..., :3], before[..., :3])
        torch.testing.assert_close(after[..., 3:], before[..., 3:] + 1)
        x, other = before, after


def test_the_last_block_of_a_wavenet_has_no_residual_path():
    last = wavenet(4, channels=3, skips=2, depth=2).parts[2]
    skip, _ = last.sum.paths
    assert isinstance(skip, Channels)
    assert last.outputs == 2
