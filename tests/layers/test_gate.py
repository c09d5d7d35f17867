import torch

from atrous.layers import Carry, Conv, Gate, Parallel, highway


def test_the_linear_gate_is_torch_s_own():
    x = torch.randn(2, 5, 6)
    torch.testing.assert_close(Gate(3)(x), torch.nn.functional.glu(x, -1))


def test_the_gate_of_wavenet_squashes_what_passes():
    passed, gate = torch.randn(2, 5, 3), torch.randn(2, 5, 3)
    y = Gate(3, torch.tanh)(torch.cat([passed, gate], -1))
    torch.testing.assert_close(y, passed.tanh() * gate.sigmoid())


def test_a_highway_is_a_mixture_of_what_it_reads_and_what_it_makes():
    layer, x = highway(4, kernel=3, right=1), torch.randn(2, 7, 4)
    both, carry = layer.parts
    assert isinstance(both, Parallel)
    assert isinstance(carry, Carry)
    made, gate = both.paths[1](x).chunk(2, -1)
    gate = gate.sigmoid()
    torch.testing.assert_close(layer(x), gate * made.relu() + (1 - gate) * x)


def test_at_first_a_highway_lets_most_of_its_input_through():
    conv = highway(4, kernel=3).parts[0].paths[1]
    assert isinstance(conv, Conv)
    assert conv.bias.tolist() == [0.0] * 4 + [-1.0] * 4
