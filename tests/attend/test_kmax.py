import numpy as np
import pytest
import torch
from tests.slow import definitions as slow

from atrous.attend import KMax


@pytest.mark.parametrize("steps", [1, 2, 3, 9])
def test_the_largest_of_a_row_stand_in_their_order_of_time_then_zeros(steps):
    x = torch.randint(-3, 4, (1, steps, 5)).double()  # with ties
    best = slow.k_max(x[0].numpy(), k=3)
    expected = np.concatenate([best, np.zeros((3 - len(best), 5))]).reshape(-1)
    np.testing.assert_array_equal(KMax(5, k=3)(x)[0], expected)


def test_a_value_at_the_start_of_a_stream_is_kept_until_larger_ones_come():
    pool = KMax(1, k=2)
    state = pool.start(1)
    for value, expected in [(4.0, [4, 0]), (1.0, [4, 1]), (7.0, [4, 7]), (4.0, [4, 7]), (5.0, [7, 5])]:
        state = pool.step(torch.tensor([[[value]]]), torch.tensor([[True]]), state)
        assert pool.read(state)[0].tolist() == expected


def test_k_must_be_one_or_more():
    with pytest.raises(ValueError, match="k >= 1, got 0"):
        KMax(3, k=0)
