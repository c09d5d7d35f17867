import pytest
import torch

from atrous.layers import Conv, Dropout, KMax, Pointwise
from atrous.probe import seen


def test_the_probe_leaves_the_layer_as_it_found_it():
    layer = Conv(2, 3, kernel=3).train()
    assert seen(layer, steps=9, output=5) == (3, 5)
    assert layer.training
    assert layer.weight.dtype == torch.float32


def test_the_probe_reads_a_layer_with_dropout_at_evaluation():
    assert seen(Dropout(0.9), steps=5, output=2) == (2, 2)


def test_a_layer_that_answers_the_same_whatever_it_reads_sees_nothing():
    assert seen(Pointwise(lambda x: 0 * x), steps=5, output=2) is None


def test_the_probe_names_the_outputs_there_are():
    with pytest.raises(ValueError, match=r"5 steps give outputs 0 \.\.\. 2, got output=3"):
        seen(Conv(2, 3, kernel=2, stride=2), steps=5, output=3)


def test_a_choice_among_steps_is_seen_by_changing_them():
    largest = KMax(2)
    assert seen(largest, steps=5, output=0) == (0, 3)  # no gradient reaches what was not chosen
    assert seen(largest, steps=5, output=0, by_change=True) == (0, 4)


def test_both_ways_of_looking_agree_where_there_is_no_choice():
    layer = Conv(2, 3, kernel=3, dilation=2, right=2)
    assert seen(layer, steps=12, output=5) == seen(layer, steps=12, output=5, by_change=True) == (3, 7)
