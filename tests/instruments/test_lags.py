import math

import numpy as np
import pytest
import torch
from tests.slow import definitions as slow

from atrous.encode import ENCODERS
from atrous.instruments.lags import gradient_per_lag
from atrous.layers import Conv, Parallel, Pointwise, Pooling, Stack, centred


def padded(*rows):
    """Embedded rows, padded with what must not be read, and their mask."""
    time = max(map(len, rows))
    x = torch.full((len(rows), time, rows[0].shape[1]), math.nan, dtype=rows[0].dtype)
    for place, row in enumerate(rows):
        x[place, : len(row)] = row
    return x, torch.arange(time)[None] < torch.tensor([*map(len, rows)])[:, None]


def judged(layer, rows):
    """The sizes by the slow definition."""

    def function(x):
        return layer(torch.from_numpy(x)[None])[0].detach().numpy()

    blocks = [slow.jacobian_sizes(function, row.numpy()) for row in rows]
    return slow.sizes_by_lag(blocks, stride=float(layer.window.stride))


ONE_CHANNEL = {
    "causal": lambda: Stack(Conv(2, 3, kernel=3), Pointwise(torch.tanh), Conv(3, 1, kernel=2, dilation=2)),
    "centred": lambda: Conv(2, 1, kernel=5, right=centred(5)),
    "strided": lambda: Stack(Conv(2, 3, kernel=3, stride=2), Pointwise(torch.tanh), Conv(3, 1, kernel=2)),
    "a maximum": lambda: Stack(Conv(2, 1, kernel=2), Pooling("max", 1, kernel=2)),
}


@pytest.mark.parametrize("name", ONE_CHANNEL)
def test_sizes_match_their_definition(name):
    torch.manual_seed(1)
    layer = ONE_CHANNEL[name]().double().eval()
    rows = [torch.randn(12, 2, dtype=torch.double), torch.randn(6, 2, dtype=torch.double)]
    # As many parts as there are outputs, so that each is looked at alike; of one channel the sign does not matter.
    found = gradient_per_lag(layer, [padded(*rows)], positions=12)
    expected = judged(layer, rows)
    assert [*expected] == [*range(found.lowest, found.lowest + len(found.sizes))]
    np.testing.assert_allclose(found.sizes, [*expected.values()], rtol=1e-6, atol=1e-9)


def test_random_signs_give_the_mean_over_all_of_them():
    torch.manual_seed(2)
    layer = Stack(Conv(2, 4, kernel=3), Pointwise(torch.tanh)).double().eval()
    row = torch.randn(8, 2, dtype=torch.double)
    found = gradient_per_lag(layer, [padded(*[row] * 1000)], positions=8)
    expected = judged(layer, [row])
    sizes = dict(enumerate(found.sizes, found.lowest))
    assert [sizes[lag] for lag in (-2, -1, 0)] == pytest.approx([expected[lag] for lag in (-2, -1, 0)], rel=0.03)


def test_batches_do_not_matter_where_every_output_is_looked_at():
    layer = Stack(Conv(2, 3, kernel=3), Pointwise(torch.tanh), Conv(3, 1, kernel=2)).double().eval()
    rows = [torch.randn(time, 2, dtype=torch.double) for time in (4, 8, 2)]
    together = gradient_per_lag(layer, [padded(*rows)], positions=8)
    apart = gradient_per_lag(layer, [padded(row) for row in rows], positions=8)
    assert together.lowest == apart.lowest
    assert together.sizes == pytest.approx(apart.sizes)


def test_ends_of_rows_do_not_make_far_lags_look_small():
    conv = Conv(1, 1, kernel=5)
    torch.nn.init.ones_(conv.weight)
    found = gradient_per_lag(conv, [padded(torch.randn(6, 1))], positions=6)
    assert found.sizes == pytest.approx([0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0])


def test_a_row_without_a_step_counts_for_nothing():
    conv = Conv(1, 1, kernel=2)
    row, empty = torch.randn(5, 1), torch.randn(0, 1)
    assert gradient_per_lag(conv, [padded(row, empty)]) == gradient_per_lag(conv, [padded(row)])
    assert gradient_per_lag(conv, [padded(empty, row[:1])]).sizes == [conv.weight[0, 0, 1].abs().item()]
    assert gradient_per_lag(conv, [(torch.zeros(2, 3, 1), torch.zeros(2, 3, dtype=torch.bool))]).sizes == []


def deviation(shares):
    lags = np.arange(len(shares))
    mean = (lags * shares).sum()
    return math.sqrt((shares * (lags - mean) ** 2).sum())


@pytest.mark.parametrize("layers, kernel", [(4, 3), (10, 3), (6, 5), (20, 2)])
def test_equal_weights_give_the_bell_of_the_theory(layers, kernel):
    """Luo et al. 2016, section 2.2: the standard deviation is sqrt(n (k^2 - 1) / 12)."""
    stack = Stack(*(Conv(1, 1, kernel=kernel) for _ in range(layers))).double()
    for part in stack.parts:
        torch.nn.init.constant_(part.weight, 1 / kernel)
    found = gradient_per_lag(stack, [padded(torch.randn(200, 1, dtype=torch.double))], positions=20)
    shares = np.array(found.sizes) / sum(found.sizes)
    assert deviation(shares) == pytest.approx(math.sqrt(layers * (kernel**2 - 1) / 12), rel=0.01)


def test_random_weights_give_it_in_the_squares():
    """The same section: of independent weights it is the variance of the gradient that has this shape; of many channels
    the size is its root."""
    torch.manual_seed(3)
    layers, kernel, channels = 6, 3, 48
    stack = Stack(*(Conv(channels, channels, kernel=kernel) for _ in range(layers)))
    found = gradient_per_lag(stack, [padded(*torch.randn(16, 60, channels))], positions=16)
    shares = np.array(found.sizes) ** 2
    assert deviation(shares / shares.sum()) == pytest.approx(math.sqrt(layers * (kernel**2 - 1) / 12), rel=0.05)


@pytest.mark.parametrize("name", ENCODERS)
def test_nothing_comes_from_outside_the_declared_window(name):
    torch.manual_seed(4)
    others = {"bag": {}, "dense": {"growth": 4}, "idcnn": {"channels": 8, "identity": False}}  # it begins blind
    options = others.get(name, {"channels": 8})
    encode = ENCODERS[name](6, **options).eval()
    found = gradient_per_lag(encode, [padded(torch.randn(90, 6), torch.randn(40, 6))], positions=8)
    inside = [-encode.window.left <= lag <= encode.window.right for lag in range(found.lowest, 90)][: len(found.sizes)]
    outside = [size for size, seen in zip(found.sizes, inside, strict=True) if not seen]
    assert outside == [0.0] * len(outside)
    assert sum(size > 0 for size in found.sizes) > sum(inside) / 3


def test_paths_that_cancel_are_not_seen_as_none():
    one, other = Conv(2, 1, kernel=1), Conv(2, 1, kernel=1)
    with torch.no_grad():
        other.weight.copy_(-one.weight)
    both = Parallel(one, other)  # with all signs 1 the sum of both is 0
    assert sum(gradient_per_lag(both, [padded(torch.randn(5, 2))]).sizes) > 0
    assert sum(gradient_per_lag(Parallel(one, other, join="add"), [padded(torch.randn(5, 2))]).sizes) == 0
