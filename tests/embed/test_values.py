import pytest
import torch

from atrous.contract import Batch
from atrous.embed import Values


def test_a_missing_value_is_told_from_the_mean():
    values = torch.tensor([[[0.0, torch.nan], [2.0, -1.0]]])
    x = Values(2)(Batch(None, torch.tensor([2]), values=values))
    assert x.tolist() == [[[0, 0, 0, 1], [2, -1, 0, 0]]]


def test_values_follow_the_dtype_of_the_model():
    batch = Batch(None, torch.tensor([1]), values=torch.ones(1, 1, 1))
    assert Values(1).double()(batch).dtype == torch.double


def test_values_say_what_they_got():
    with pytest.raises(ValueError, match="features >= 1, got 0"):
        Values(0)
