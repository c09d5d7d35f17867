import pytest
import torch
from torch import nn

from atrous.layers import LSTM, Backward, Conv


@torch.no_grad()
def test_both_directions_are_torch_s_bidirectional_lstm():
    forth, back, theirs = LSTM(3, 4), LSTM(3, 4), nn.LSTM(3, 4, batch_first=True, bidirectional=True)
    for ours, end in ((forth, ""), (back, "_reverse")):
        ours.weight_input.copy_(getattr(theirs, f"weight_ih_l0{end}"))
        ours.weight_state.copy_(getattr(theirs, f"weight_hh_l0{end}"))
        ours.bias.copy_(getattr(theirs, f"bias_ih_l0{end}") + getattr(theirs, f"bias_hh_l0{end}"))
    x = torch.randn(2, 9, 3)
    torch.testing.assert_close(torch.cat([forth(x), Backward(back)(x)], -1), theirs(x)[0])


def test_backward_refuses_a_layer_that_changes_the_rate():
    with pytest.raises(ValueError, match=r"keeps the rate, got .* with stride 2"):
        Backward(Conv(3, 4, kernel=2, stride=2))
