import torch
from torch import nn

from atrous.layers import LayerNorm


@torch.no_grad()
def test_layer_norm_is_torch_s_own_at_every_step():
    x = torch.randn(2, 5, 8)
    torch.testing.assert_close(LayerNorm(8)(x), nn.LayerNorm(8)(x))


def test_layer_norm_does_not_look_across_time():
    layer, x = LayerNorm(8), torch.randn(1, 5, 8)
    torch.testing.assert_close(layer(x)[:, :2], layer(x[:, :2]))
