import pytest
import torch
from torch import nn

from atrous.layers import Positions, SelfAttention


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


def test_positions_are_known_beyond_any_length_and_exact_in_single_precision():
    far = torch.full((1, 1, 4), 0.0)
    layer = Positions(4)
    y, _, _ = layer.step(far, torch.tensor([[True]]), torch.tensor([[1_000_000]]))
    expected = torch.tensor([1_000_000 * rate for rate in (1.0, 0.01)], dtype=torch.double)
    torch.testing.assert_close(y[0, 0, :2].double(), expected.sin(), atol=1e-6, rtol=0)


def test_positions_need_pairs_of_channels():
    with pytest.raises(ValueError, match="even number of channels, got 3"):
        Positions(3)
