import numpy as np
import pytest
import torch
from tests.slow import definitions as slow

from atrous.layers import KMax


@pytest.mark.parametrize("steps", [1, 3, 4, 12])
@pytest.mark.parametrize("least", [1, 4])
def test_k_max_matches_its_definition_also_where_values_are_equal(steps, least):
    x = torch.randint(-2, 3, (1, steps, 5)).double()
    np.testing.assert_array_equal(KMax(least)(x)[0], slow.k_max(x[0].numpy(), k=least))


@pytest.mark.parametrize("length, kept", [(0, 0), (1, 1), (3, 3), (4, 3), (10, 7)])
def test_k_follows_from_the_length_of_the_row(length, kept):
    mask = torch.arange(12)[None] < length
    assert KMax(3, share=2 / 3).after(mask).sum() == kept


def test_gradients_reach_what_was_chosen_and_nothing_else():
    x = torch.tensor([[[5.0], [1.0], [7.0]]], requires_grad=True)
    KMax(2)(x).sum().backward()
    assert x.grad[0, :, 0].tolist() == [1, 0, 1]


@pytest.mark.parametrize("least, share", [(0, 0), (1, -0.5), (1, 2)])
def test_k_max_says_what_it_got(least, share):
    with pytest.raises(ValueError, match=f"got least={least}, share={share}"):
        KMax(least, share=share)
