import numpy as np
import pytest
import torch
from tests.slow import definitions as slow

from atrous.layers import ConvTranspose, Interpolate

every_shape = pytest.mark.parametrize("kernel, stride", [(1, 1), (3, 1), (2, 2), (4, 2), (5, 2), (7, 3)])


@every_shape
@pytest.mark.parametrize("steps", [1, 2, 9])
def test_the_transposed_convolution_matches_its_definition(kernel, stride, steps):
    layer = ConvTranspose(2, 3, kernel=kernel, stride=stride).double()
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(1, steps, 2, dtype=torch.double)
    weights = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    expected = slow.convolve_transposed(x[0].numpy(), *weights, stride=stride)
    np.testing.assert_allclose(layer(x)[0].detach(), expected, atol=1e-12)


def test_it_is_the_gradient_of_a_strided_convolution():
    layer = ConvTranspose(2, 3, kernel=4, stride=2).double()
    torch.nn.init.zeros_(layer.bias)
    y, x = torch.randn(1, 5, 2, dtype=torch.double), torch.zeros(1, 3, 12, dtype=torch.double, requires_grad=True)
    down = torch.nn.functional.conv1d(x, layer.weight, stride=2)
    (spread,) = torch.autograd.grad((down * y.transpose(1, 2)).sum(), x)
    torch.testing.assert_close(layer(y)[0], spread[0].T[:10])


def test_a_kernel_below_the_stride_is_refused():
    with pytest.raises(ValueError, match=r"kernel >= stride, got .* kernel=2, stride=3"):
        ConvTranspose(2, 3, kernel=2, stride=3)


def test_what_is_drawn_keeps_the_size_of_its_input():
    torch.manual_seed(0)
    y = ConvTranspose(64, 64, kernel=8, stride=4)(torch.randn(4, 200, 64))
    assert 1.2 < y[:, 8:].std() < 1.6  # sqrt(2): a ReLU follows


@pytest.mark.parametrize("mode, expected", [("repeat", [2, 2, 2, 8, 8, 8]), ("linear", [2 / 3, 4 / 3, 2, 4, 6, 8])])
def test_interpolation_repeats_or_draws_lines(mode, expected):
    y = Interpolate(1, stride=3, mode=mode)(torch.tensor([[[2.0], [8.0]]]))
    torch.testing.assert_close(y[0, :, 0], torch.tensor(expected, dtype=torch.float))


@pytest.mark.parametrize("stride, mode", [(0, "repeat"), (2, "cubic")])
def test_interpolation_says_what_it_got(stride, mode):
    with pytest.raises(ValueError, match=f"got channels=4, stride={stride}, mode='{mode}'"):
        Interpolate.__init__.__wrapped__(Interpolate.__new__(Interpolate), 4, stride=stride, mode=mode)
