import pytest
import torch

from atrous.layers import Channels, Folding


def test_folding_adds_neighbours():
    x = torch.randn(2, 5, 6)
    torch.testing.assert_close(Folding(6)(x), x.view(2, 5, 3, 2).sum(-1))


def test_folding_needs_pairs():
    with pytest.raises(ValueError, match="even number of channels, got 5"):
        Folding(5)


@pytest.mark.parametrize("first, last", [(-1, 2), (2, 2), (1, 5)])
def test_channels_must_be_there(first, last):
    with pytest.raises(ValueError, match=f"inputs = 4, got {first} and {last}"):
        Channels(4, first, last)
