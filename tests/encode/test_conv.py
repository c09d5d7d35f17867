import pytest
import torch

from atrous.config import load
from atrous.encode import conv
from atrous.errors import ConfigError
from atrous.layers import Residual


def test_a_level_is_added_to_what_it_reads_where_steps_and_channels_stay():
    layer = conv(3, channels=4, dilations=(1, 2, 1, 1), strides=(1, 1, 2, 1))
    assert [isinstance(part, Residual) for part in layer.parts if part.cost.parameters] == [False, True, False, True]


def test_a_plan_as_deep_as_plans_get_keeps_signal_and_gradient_in_their_order():
    torch.manual_seed(0)
    layer = conv(16, channels=16, kernel=9, dilations=(1,) * 30, strides=(1,) * 30).eval()
    y = layer(torch.randn(4, 300, 16))
    y.square().mean().backward()
    first, last = layer.parts[3], layer.parts[-1]
    sizes = [next(part.parameters()).grad.norm().item() for part in (first, last)]
    assert 0.3 < y.std().item() < 10
    assert 0.1 < sizes[0] / sizes[1] < 10


def test_as_many_strides_as_dilations():
    with pytest.raises(ValueError, match="got 3 dilations and 2 strides"):
        conv(3, dilations=(1, 2, 4), strides=(1, 1))


@pytest.mark.parametrize("words", [["encode.dilations=[1, 2]"], ["encode.dilations=[1, 2]", "encode.strides=[1]"]])
def test_settings_say_that_a_level_has_both(words):
    with pytest.raises(ConfigError, match=r"'encode.strides' is .* but should have 2 numbers, as encode.dilations has"):
        load(None, words, encode="conv")
