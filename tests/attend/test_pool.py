import pytest
import torch

from atrous.attend import POOLS, Last, Max, Mean, Sum

X = torch.tensor([[[1.0, -4.0], [3.0, -2.0], [8.0, 8.0]]])
MASK = torch.tensor([[True, True, False]])


@pytest.mark.parametrize(
    "pool, expected", [(Last, [3.0, -2.0]), (Sum, [4.0, -6.0]), (Mean, [2.0, -3.0]), (Max, [3.0, -2.0])]
)
def test_each_pool_is_what_its_name_says_of_the_real_steps(pool, expected):
    assert pool(2)(X, MASK).tolist() == [expected]


@pytest.mark.parametrize("name", POOLS)
def test_a_row_without_a_real_step_gives_zeros(name):
    pool = POOLS[name](2)
    assert pool(X, torch.zeros(1, 3, dtype=torch.bool)).tolist() == [[0.0] * pool.outputs]
    assert pool.read(pool.start(2)).tolist() == [[0.0] * pool.outputs] * 2
