import pytest
import torch

from atrous.layers import Dropout, SpatialDropout


@pytest.mark.parametrize("kind", [Dropout, SpatialDropout])
def test_dropout_keeps_the_expectation_and_is_off_at_evaluation(kind):
    torch.manual_seed(0)
    layer, x = kind(0.3), torch.ones(200, 7, 50)
    y = layer.train()(x)
    assert abs(y.mean().item() - 1) < 0.02
    assert abs((y == 0).float().mean().item() - 0.3) < 0.02
    assert torch.equal(layer.eval()(x), x)
    assert not torch.equal(layer.train()(x), x)


def test_spatial_dropout_drops_a_channel_for_the_whole_of_a_row():
    torch.manual_seed(0)
    dropped = SpatialDropout(0.5).train()(torch.ones(20, 7, 10)) == 0
    assert (dropped.all(1) | ~dropped.any(1)).all()
    assert dropped.any()


@pytest.mark.parametrize("probability", [-0.1, 1.0])
def test_dropout_says_which_probability_it_got(probability):
    with pytest.raises(ValueError, match=f"got {probability}"):
        Dropout(probability)
