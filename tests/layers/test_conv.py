import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from tests.slow import definitions as slow

from atrous.attend import Max
from atrous.layers import Conv, centred, fold, weight_norm, wide

SHAPES = [  # kernel, dilation, stride, right
    (1, 1, 1, 0),
    (2, 1, 1, 0),
    (3, 4, 1, 0),
    (3, 4, 1, 4),
    (5, 2, 1, 8),
    (1, 1, 2, 0),
    (2, 1, 2, 1),
    (3, 2, 2, 1),
    (7, 1, 3, 5),
    (4, 3, 5, 4),
]
every_shape = pytest.mark.parametrize("kernel, dilation, stride, right", SHAPES)


def numbers(conv):
    return conv.weight.detach().numpy(), conv.bias.detach().numpy()


@every_shape
@pytest.mark.parametrize("steps", [1, 2, 7, 20])
def test_conv_matches_its_definition(kernel, dilation, stride, right, steps):
    conv = Conv(2, 5, kernel=kernel, dilation=dilation, stride=stride, right=right).double()
    torch.nn.init.normal_(conv.bias)
    x = torch.randn(1, steps, 2, dtype=torch.double)
    expected = slow.convolve(x[0].numpy(), *numbers(conv), dilation=dilation, stride=stride, right=right)
    np.testing.assert_allclose(conv(x)[0].detach(), expected, atol=1e-12)


@every_shape
def test_conv_is_one_matrix_product_over_its_columns(kernel, dilation, stride, right):
    """im2col: lay out what each output sees as a row, and a convolution is that matrix times the filters."""
    conv = Conv(2, 5, kernel=kernel, dilation=dilation, stride=stride, right=right).double()
    x = torch.randn(1, 20, 2, dtype=torch.double)
    weight, bias = numbers(conv)
    columns = slow.im2col(x[0].numpy(), kernel=kernel, dilation=dilation, stride=stride, right=right)
    np.testing.assert_allclose(conv(x)[0].detach(), columns @ weight.reshape(5, -1).T + bias, atol=1e-12)


@pytest.mark.parametrize("kernel, dilation", [(1, 1), (3, 1), (4, 3)])
def test_text_is_an_image_of_height_one(kernel, dilation):
    """conv1d over (channels, time) and conv2d over (channels, 1, time) are both what Conv does."""
    conv = Conv(3, 4, kernel=kernel, dilation=dilation).double()
    x = torch.randn(2, 15, 3, dtype=torch.double)
    line = F.pad(x.transpose(1, 2), (conv.taps.left, 0))
    flat = F.conv1d(line, conv.weight, conv.bias, dilation=dilation)
    image = F.conv2d(line[:, :, None], conv.weight[:, :, None], conv.bias, dilation=(1, dilation))
    torch.testing.assert_close(flat, image[:, :, 0])
    torch.testing.assert_close(conv(x), flat.transpose(1, 2))


@given(shift=st.integers(0, 12), right=st.integers(0, 4))
def test_convolution_is_equivariant_to_shifts(shift, right):
    conv = Conv(2, 3, kernel=3, dilation=2, right=right).double()
    signal = torch.randn(1, 8, 2, dtype=torch.double)
    here, there = torch.zeros(1, 40, 2, dtype=torch.double), torch.zeros(1, 40, 2, dtype=torch.double)
    here[:, 8:16], there[:, 8 + shift : 16 + shift] = signal, signal
    torch.testing.assert_close(conv(there)[:, shift:], conv(here)[:, : 40 - shift])


@given(shift=st.integers(0, 12))
def test_convolution_and_a_maximum_are_invariant_to_shifts(shift):
    conv, pool = Conv(2, 3, kernel=3, right=1).double(), Max(3).double()
    signal = torch.randn(1, 8, 2, dtype=torch.double)
    here, there = torch.zeros(1, 40, 2, dtype=torch.double), torch.zeros(1, 40, 2, dtype=torch.double)
    here[:, 8:16], there[:, 8 + shift : 16 + shift] = signal, signal
    torch.testing.assert_close(pool(conv(there)), pool(conv(here)))


def test_a_text_shorter_than_the_kernel_is_read():
    assert Conv(2, 3, kernel=9, right=4)(torch.zeros(1, 1, 2)).shape == (1, 1, 3)


@pytest.mark.parametrize("argument", ["inputs", "outputs", "kernel", "dilation", "stride"])
def test_conv_says_what_it_got(argument):
    arguments = {"inputs": 2, "outputs": 5, "kernel": 3, "dilation": 1, "stride": 1} | {argument: 0}
    with pytest.raises(ValueError, match=f"got .*{argument}=0"):
        Conv(**arguments)


@pytest.mark.parametrize("right", [-1, 5])
def test_conv_refuses_a_window_beside_its_own_step(right):
    with pytest.raises(ValueError, match=rf"0 <= right <= .* = 4, got right={right}"):
        Conv(2, 5, kernel=3, dilation=2, right=right)


@pytest.mark.parametrize("kernel, dilation, right", [(1, 1, 0), (2, 1, 0), (3, 1, 1), (5, 2, 4), (4, 3, 4)])
def test_an_even_kernel_leans_to_the_past(kernel, dilation, right):
    assert centred(kernel, dilation) == right


def test_weight_norm_starts_and_folds_as_the_same_function():
    conv = Conv(2, 5, kernel=3).double()
    x = torch.randn(2, 9, 2, dtype=torch.double)
    before = conv(x)
    torch.testing.assert_close(weight_norm(conv)(x), before)
    assert {name for name, _ in fold(conv).named_parameters()} == {"weight", "bias"}
    torch.testing.assert_close(conv(x), before)


@torch.no_grad()
def test_folded_weights_are_parameters_even_without_gradients():
    assert {name for name, _ in fold(weight_norm(Conv(2, 5, kernel=3))).named_parameters()} == {"weight", "bias"}


def test_a_depthwise_convolution_is_one_convolution_a_channel():
    whole = Conv(3, 3, kernel=4, right=1, groups=3)
    x = torch.randn(2, 9, 3)
    for channel in range(3):
        alone = Conv(1, 1, kernel=4, right=1)
        alone.load_state_dict({name: value[channel : channel + 1] for name, value in whole.state_dict().items()})
        torch.testing.assert_close(whole(x)[..., channel], alone(x[..., channel : channel + 1])[..., 0])


@pytest.mark.parametrize("steps", [1, 4, 5, 12])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_valid_convolution_is_torch_s_own_without_padding(steps, stride):
    conv, x = Conv(3, 4, kernel=3, dilation=2, stride=stride, valid=True), torch.randn(1, steps, 3)
    real = conv.after(torch.ones(1, steps, dtype=torch.bool))
    if steps < 5:
        assert not real.any()
        return
    expected = F.conv1d(x.transpose(1, 2), conv.weight, conv.bias, dilation=2, stride=stride).transpose(1, 2)
    torch.testing.assert_close(conv(x)[real], expected[0])


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_a_wide_convolution_gives_an_output_for_every_step_its_kernel_touches(steps):
    layer, x = wide(3, 4, kernel=5), torch.randn(1, steps, 3)
    conv = layer.parts[1]
    expected = F.conv1d(x.transpose(1, 2), conv.weight, conv.bias, padding=4).transpose(1, 2)
    torch.testing.assert_close(layer(x), expected)


@pytest.mark.parametrize("options, said", [
    ({"groups": 2}, "groups that divide both, got inputs=3, outputs=4, groups=2"),
    ({"valid": True, "right": 1}, "no right when it is valid, got right=1"),
    ({"right": 3}, "right <= .* = 2, got right=3"),
    ({"stride": 0}, "stride=0"),
])  # fmt: skip
def test_conv_says_which_of_its_options_is_wrong(options, said):
    with pytest.raises(ValueError, match=said):
        Conv(3, 4, kernel=3, **options)


def test_taps_that_see_only_padding_are_left_out(monkeypatch):
    """On 30 steps a convolution of dilation 64 is one of width 1; its weights beside that learn nothing, as before."""
    conv, x = Conv(2, 3, kernel=3, dilation=64), torch.randn(2, 30, 2)
    widths, convolve = [], conv._convolve
    monkeypatch.setattr(conv, "_convolve", lambda padded, taps: widths.append(len(taps)) or convolve(padded, taps))
    conv(x).sum().backward()
    assert widths == [1]
    assert not conv.weight.grad[:, :, :2].any()
    assert conv.weight.grad[:, :, 2].all()
