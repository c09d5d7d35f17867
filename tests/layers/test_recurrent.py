import numpy as np
import pytest
import torch
from tests.slow import definitions as slow
from torch import nn

from atrous.layers import LSTM, Backward, Conv


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_lstm_matches_its_definition(steps):
    lstm = LSTM(3, 4).double()
    x = torch.randn(1, steps, 3, dtype=torch.double)
    weights = (weight.detach().numpy() for weight in (lstm.weight_input, lstm.weight_state, lstm.bias))
    np.testing.assert_allclose(lstm(x)[0].detach(), slow.lstm(x[0].numpy(), *weights), atol=1e-12)


@torch.no_grad()
def test_lstm_is_torch_s_own():
    ours, theirs = LSTM(3, 4), nn.LSTM(3, 4, batch_first=True)
    ours.weight_input.copy_(theirs.weight_ih_l0)
    ours.weight_state.copy_(theirs.weight_hh_l0)
    ours.bias.copy_(theirs.bias_ih_l0 + theirs.bias_hh_l0)
    x = torch.randn(2, 9, 3)
    torch.testing.assert_close(ours(x), theirs(x)[0])


@torch.no_grad()
def test_both_directions_are_torch_s_bidirectional_lstm():
    forth, back, theirs = LSTM(3, 4), LSTM(3, 4), nn.LSTM(3, 4, batch_first=True, bidirectional=True)
    for ours, end in ((forth, ""), (back, "_reverse")):
        ours.weight_input.copy_(getattr(theirs, f"weight_ih_l0{end}"))
        ours.weight_state.copy_(getattr(theirs, f"weight_hh_l0{end}"))
        ours.bias.copy_(getattr(theirs, f"bias_ih_l0{end}") + getattr(theirs, f"bias_hh_l0{end}"))
    x = torch.randn(2, 9, 3)
    torch.testing.assert_close(torch.cat([forth(x), Backward(back)(x)], -1), theirs(x)[0])


@torch.no_grad()
def test_masked_steps_leave_the_memory_as_it_was():
    lstm = LSTM(3, 4).double()
    nn.init.normal_(lstm.bias)
    x = torch.randn(1, 5, 3, dtype=torch.double)
    mask = torch.tensor([[False, False, True, True, True]])
    y, _, state = lstm.step(x, mask, lstm.start(1))
    assert not y[:, :2].any()
    _, _, plain = lstm.step(x[:, 2:], mask[:, 2:], lstm.start(1))
    torch.testing.assert_close(state, plain)


def test_lstm_says_what_it_got():
    with pytest.raises(ValueError, match="got inputs=3, outputs=0"):
        LSTM(3, 0)


def test_backward_refuses_a_layer_that_changes_the_rate():
    with pytest.raises(ValueError, match=r"keeps the rate, got .* with stride 2"):
        Backward(Conv(3, 4, kernel=2, stride=2))
