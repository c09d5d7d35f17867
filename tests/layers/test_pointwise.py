import torch

from atrous.layers import Pointwise


def test_pointwise_applies_its_function_and_shows_its_name():
    layer = Pointwise(torch.relu)
    assert layer(torch.tensor([[[-1.0, 2.0]]])).tolist() == [[[0.0, 2.0]]]
    assert str(layer) == "Pointwise(relu)"
