import torch

from atrous.encode import bilstm, lstm


def test_depth_stacks_layers_and_both_directions_stand_side_by_side():
    assert lstm(8, channels=5, depth=3)(torch.randn(2, 6, 8)).shape == (2, 6, 5)
    assert bilstm(8, channels=5, depth=2)(torch.randn(2, 6, 8)).shape == (2, 6, 10)


def test_parameters_are_four_gates_with_one_bias_each():
    def gates(inputs, units):
        return 4 * units * (inputs + units + 1)

    assert lstm(8, channels=5, depth=2).cost.parameters == gates(8, 5) + gates(5, 5)
    assert bilstm(8, channels=5, depth=2).cost.parameters == 2 * gates(8, 5) + 2 * gates(10, 5)
