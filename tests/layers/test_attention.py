import pytest
import torch
from torch import nn

from atrous.layers import PastAttention, SelfAttention


@torch.no_grad()
def test_self_attention_is_torch_s_own_without_biases():
    ours, theirs = SelfAttention(8, heads=2), nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    ours.weight_read.copy_(theirs.in_proj_weight)
    ours.weight_write.copy_(theirs.out_proj.weight)
    x = torch.randn(2, 9, 8)
    mask = torch.arange(9)[None] < torch.tensor([[9], [4]])
    expected = theirs.train()(x, x, x, key_padding_mask=~mask, need_weights=False)[0]  # train: its fast path is off
    torch.testing.assert_close(ours(x, mask)[mask], expected[mask])


def test_a_row_of_padding_gives_zeros_and_finite_gradients():
    layer = SelfAttention(4, heads=2)
    y = layer(torch.randn(2, 3, 4), torch.tensor([[True, True, False], [False, False, False]]))
    assert not y[1].any()
    y.sum().backward()
    assert layer.weight_read.grad.isfinite().all()


@pytest.mark.parametrize("heads", [0, 3])
def test_heads_must_divide_channels(heads):
    with pytest.raises(ValueError, match=f"got channels=8, heads={heads}"):
        SelfAttention(8, heads=heads)


@torch.no_grad()
def test_attention_over_the_past_is_attention_with_the_future_and_the_far_past_cut_away():
    past, whole = PastAttention(8, heads=2, memory=3), SelfAttention(8, heads=2)
    past.load_state_dict(whole.state_dict())
    x = torch.randn(1, 9, 8)
    y = past(x)
    for step in range(9):
        torch.testing.assert_close(y[:, step], whole(x[:, max(0, step - 3) : step + 1])[:, -1])


def test_a_memory_longer_than_the_row_sees_all_of_it():
    layer = PastAttention(4, heads=1, memory=100)
    y, _, (keys, values, bits) = layer.step(torch.randn(1, 3, 4), torch.ones(1, 3, dtype=torch.bool), layer.start(1))
    assert y.isfinite().all()
    assert keys.shape == values.shape == (1, 100, 4)
    assert bits.sum() == 3


def test_attention_over_the_past_says_what_it_got():
    with pytest.raises(ValueError, match="got channels=8, heads=2, memory=-1"):
        PastAttention(8, heads=2, memory=-1)
