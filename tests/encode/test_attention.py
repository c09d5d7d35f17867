import torch

from atrous.encode import attention


def test_the_encoder_knows_where_a_step_stands():
    torch.manual_seed(0)
    layer = attention(4, channels=4, heads=2).eval()
    x = torch.randn(1, 6, 4)
    turned = layer(x.flip(1)).flip(1)
    assert not torch.allclose(layer(x), turned, atol=1e-3)


def test_inputs_of_other_width_are_projected():
    assert attention(3, channels=4, heads=2)(torch.randn(2, 5, 3)).shape == (2, 5, 4)
