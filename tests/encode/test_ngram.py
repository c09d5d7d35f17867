import torch

from atrous.encode import bag, ngram


def test_a_bag_is_its_embedding():
    x = torch.randn(2, 5, 3)
    assert torch.equal(bag(3)(x), x)


def test_ngram_has_one_convolution_of_each_width_side_by_side():
    layer = ngram(8, channels=6, kernels=(2, 3))
    assert layer(torch.randn(2, 5, 8)).shape == (2, 5, 12)
    assert layer.cost.parameters == 6 * 8 * (2 + 3) + 2 * 6
    assert (layer.window.left, layer.window.right) == (1, 1)
