import math

import numpy as np
import torch

from atrous.attend import Query


def test_the_query_weighs_steps_by_a_softmax_of_their_products():
    pool, x = Query(3).double(), torch.randn(1, 5, 3, dtype=torch.double)
    rows, query = x[0].numpy(), pool.query.detach().numpy()
    scores = np.exp(rows @ query / math.sqrt(3))
    np.testing.assert_allclose(pool(x)[0].detach(), (scores / scores.sum()) @ rows, atol=1e-12)


def test_a_query_of_zeros_is_the_mean():
    pool, x = Query(3), torch.randn(2, 5, 3)
    torch.nn.init.zeros_(pool.query)
    torch.testing.assert_close(pool(x), x.mean(1))
