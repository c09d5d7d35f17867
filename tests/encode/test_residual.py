import pytest
import torch

from atrous.encode import residual, tcn


@pytest.mark.parametrize("depth, kernel", [(1, 2), (3, 3), (6, 5)])
def test_a_tcn_sees_two_convolutions_a_block_and_nothing_ahead(depth, kernel):
    window = tcn(4, channels=4, depth=depth, kernel=kernel).window
    assert (window.left, window.right) == (2 * (kernel - 1) * (2**depth - 1), 0)


def test_the_centred_form_sees_as_far_in_all_and_as_far_ahead_as_back():
    causal, centred = tcn(4, channels=4, depth=4).window, residual(4, channels=4, depth=4).window
    assert causal.size == centred.size
    assert centred.left == centred.right


def test_the_skip_is_the_identity_where_the_channels_allow_it():
    same, wider = tcn(4, channels=4, depth=1), tcn(4, channels=5, depth=1)
    assert same.cost.parameters == 2 * (4 * 4 * 3 + 4)
    assert wider.cost.parameters == (4 * 5 * 3 + 5) + (5 * 5 * 3 + 5) + (4 * 5 + 5)


def test_the_spread_of_the_signal_survives_many_blocks():
    torch.manual_seed(0)
    y = tcn(16, channels=16, depth=8).eval()(torch.randn(4, 300, 16))
    assert 0.1 < y.std().item() < 1000
