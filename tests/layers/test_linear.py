import pytest
import torch
from torch import nn

from atrous.layers import Pointwise, Stack
from atrous.layers.linear import convolution_of


@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("bias", [True, False])
def test_a_classifier_of_windows_slides_with_the_same_numbers(steps, bias):
    torch.manual_seed(0)
    first, second = nn.Linear(steps * 3, 7, bias=bias).double(), nn.Linear(7, 2, bias=bias).double()
    slid = Stack(convolution_of(first, steps=steps), Pointwise(torch.relu), convolution_of(second))
    x = torch.randn(2, 11, 3, dtype=torch.double)
    places = 11 - steps + 1
    mask = torch.ones(2, 11, dtype=torch.bool)
    assert slid.after(mask).sum(1).tolist() == [places] * 2
    window_by_window = torch.stack(
        [second(torch.relu(first(x[:, start : start + steps].flatten(1)))) for start in range(places)], 1
    )
    torch.testing.assert_close(slid(x, mask)[:, :places], window_by_window, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("steps", [0, 2])
def test_steps_that_do_not_divide_the_inputs_are_refused(steps):
    with pytest.raises(ValueError, match=f"divide the layer's 5 inputs, got steps={steps}"):
        convolution_of(nn.Linear(5, 2), steps=steps)
