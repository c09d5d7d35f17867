import numpy as np
import pytest
import torch
from tests.slow import definitions as slow
from torch import nn

from atrous.layers import GRU, RNN

WEIGHTS = {RNN: ("weight_input", "weight_state", "bias"), GRU: ("weight_input", "weight_state", "bias", "bias_new")}
DEFINITIONS = {RNN: slow.rnn, GRU: slow.gru}
every_kind = pytest.mark.parametrize("kind", [RNN, GRU])


def drawn(kind):
    layer = kind(3, 4).double()
    nn.init.normal_(layer.bias)
    return layer


@every_kind
@pytest.mark.parametrize("steps", [1, 2, 20])
def test_the_layer_matches_its_definition(kind, steps):
    layer = drawn(kind)
    x = torch.randn(1, steps, 3, dtype=torch.double)
    weights = (getattr(layer, name).detach().numpy() for name in WEIGHTS[kind])
    np.testing.assert_allclose(layer(x)[0].detach(), DEFINITIONS[kind](x[0].numpy(), *weights), atol=1e-12)


@torch.no_grad()
def test_the_plain_layer_is_torch_s_own():
    ours, theirs = RNN(3, 4), nn.RNN(3, 4, batch_first=True)
    ours.weight_input.copy_(theirs.weight_ih_l0)
    ours.weight_state.copy_(theirs.weight_hh_l0)
    ours.bias.copy_(theirs.bias_ih_l0 + theirs.bias_hh_l0)
    x = torch.randn(2, 9, 3)
    torch.testing.assert_close(ours(x), theirs(x)[0])


@torch.no_grad()
def test_the_gated_unit_is_torch_s_own():
    ours, theirs = GRU(3, 4), nn.GRU(3, 4, batch_first=True)
    ours.weight_input.copy_(theirs.weight_ih_l0)
    ours.weight_state.copy_(theirs.weight_hh_l0)
    ours.bias.copy_(theirs.bias_ih_l0)
    ours.bias[:8] += theirs.bias_hh_l0[:8]
    ours.bias_new.copy_(theirs.bias_hh_l0[8:])
    x = torch.randn(2, 9, 3)
    torch.testing.assert_close(ours(x), theirs(x)[0])


@every_kind
@torch.no_grad()
def test_masked_steps_leave_the_memory_as_it_was(kind):
    layer = drawn(kind)
    x = torch.randn(1, 5, 3, dtype=torch.double)
    mask = torch.tensor([[False, False, True, True, True]])
    y, _, state = layer.step(x, mask, layer.start(1))
    assert not y[:, :2].any()
    _, _, plain = layer.step(x[:, 2:], mask[:, 2:], layer.start(1))
    torch.testing.assert_close(state, plain)


@every_kind
def test_the_layer_says_what_it_got(kind):
    with pytest.raises(ValueError, match="got inputs=3, outputs=0"):
        kind(3, 0)
