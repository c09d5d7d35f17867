import pytest
import torch

from atrous.layers import Positions


def test_positions_are_known_beyond_any_length_and_exact_in_single_precision():
    far = torch.full((1, 1, 4), 0.0)
    layer = Positions(4)
    y, _, _ = layer.step(far, torch.tensor([[True]]), torch.tensor([[1_000_000]]))
    expected = torch.tensor([1_000_000 * rate for rate in (1.0, 0.01)], dtype=torch.double)
    torch.testing.assert_close(y[0, 0, :2].double(), expected.sin(), atol=1e-6, rtol=0)


def test_positions_need_pairs_of_channels():
    with pytest.raises(ValueError, match="even number of channels, got 3"):
        Positions(3)
