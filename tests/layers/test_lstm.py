import numpy as np
import pytest
import torch
from tests.slow import definitions as slow
from torch import nn

from atrous.layers import LSTM, MultiplicativeLSTM


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


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_the_multiplicative_lstm_matches_its_definition(steps):
    layer = MultiplicativeLSTM(3, 4).double()
    nn.init.normal_(layer.bias)
    x = torch.randn(1, steps, 3, dtype=torch.double)
    weights = (layer.weight_input, layer.weight_state, layer.weight_product, layer.bias)
    expected = slow.multiplicative_lstm(x[0].numpy(), *(weight.detach().numpy() for weight in weights))
    np.testing.assert_allclose(layer(x)[0].detach(), expected, atol=1e-12)


def test_the_multiplicative_lstm_says_what_it_got():
    with pytest.raises(ValueError, match="got 0 and 4"):
        MultiplicativeLSTM(0, 4)
