"""All ways to compute a convolution give the same numbers; the slow one is written out here."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from atrous.layers import Conv, Stack, laid_out, weight_norm
from atrous.layers.ways import FEW, SMALL, WAYS, way_for


def defined(padded, weight, bias, stride, dilation):
    """Output by output, tap by tap."""
    taps = weight.shape[2]
    starts = range(0, padded.shape[1] - (taps - 1) * dilation, stride)
    found = [
        bias + sum(padded[:, start + tap * dilation] @ weight[:, :, tap].T for tap in range(taps)) for start in starts
    ]
    return torch.stack(found, 1)


sizes = st.integers(1, 4)


@pytest.mark.parametrize("name", WAYS)
@given(sizes, sizes, sizes, sizes, sizes, sizes, st.integers(0, 9))
def test_every_way_is_the_definition(name, rows, inputs, outputs, taps, stride, dilation, more):
    torch.manual_seed(0)
    steps = (taps - 1) * dilation + 1 + more
    padded = torch.randn(rows, inputs, 2 * steps, dtype=torch.float64).transpose(1, 2)[:, ::2]  # a view of any kind
    weight, bias = torch.randn(outputs, inputs, taps, dtype=torch.float64), torch.randn(outputs, dtype=torch.float64)
    y = WAYS[name](padded, weight, bias, stride, dilation, 1)
    torch.testing.assert_close(y, defined(padded, weight, bias, stride, dilation))


def test_the_table_of_ways():
    def way(rows, steps, kind=torch.float32, *, channels=SMALL // FEW, dilation=1, groups=1, learning=False):
        weight = torch.zeros(1, 1, 3, dtype=kind, requires_grad=learning)
        return way_for(torch.zeros(rows, steps, channels, dtype=kind), weight, 1, dilation, groups)

    assert way(1, FEW) == way(1, FEW, channels=SMALL) == "gather"
    assert way(1, FEW + 1) == way(2, FEW) == "image"
    assert way(2, FEW, channels=SMALL // FEW // 2) == "gather"
    assert way(2, FEW, channels=SMALL // FEW // 2, dilation=2, learning=True) == "image"
    assert way(1, 4, groups=4) == "image"
    assert way(1, 4, learning=True) == "image"
    assert way(1, 4, dilation=2, learning=True) == way(1, 4, torch.bfloat16, learning=True) == "gather"
    with torch.autocast("cpu", torch.bfloat16):
        assert way(1, 4, learning=True) == "gather"
    with torch.no_grad():
        assert way(1, 4, learning=True) == "gather"


def test_a_weight_is_laid_out_with_the_same_numbers():
    layer, x = Stack(Conv(4, 6, kernel=3), weight_norm(Conv(6, 6, kernel=2))), torch.randn(2, 9, 4)
    before, weights = layer(x), {name: one.clone() for name, one in layer.state_dict().items()}
    assert laid_out(layer) is layer
    assert layer.parts[0].weight.transpose(1, 2).is_contiguous() and not layer.parts[0].weight.is_contiguous()
    torch.testing.assert_close(layer(x), before)
    torch.testing.assert_close(dict(layer.state_dict()), weights, rtol=0, atol=0)


def test_a_convolution_has_the_same_gradients_either_way():
    torch.manual_seed(0)
    layer = Conv(3, 5, kernel=3, dilation=2, stride=2).double()
    x = torch.randn(2, 9, 3, dtype=torch.float64, requires_grad=True)
    found = []
    for name in WAYS:
        padded = torch.nn.functional.pad(x, (0, 0, 4, 0))
        y = WAYS[name](padded, layer.weight, layer.bias, 2, 2, 1)
        found.append((y, *torch.autograd.grad(y.square().sum(), [x, layer.weight, layer.bias])))
    for other in found[1:]:
        torch.testing.assert_close(found[0], other)
