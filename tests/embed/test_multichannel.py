import pytest
import torch

from atrous.contract import Batch
from atrous.embed import Multichannel, Pretrained, Tokens
from atrous.layers import Conv


def test_adding_the_channels_first_is_one_set_of_filters_over_both():
    """Kim's multichannel: each filter is applied to both channels and the results are added, before the bias."""
    torch.manual_seed(0)
    static, tuned = Pretrained(9, 4, tuned=False).double(), Pretrained(9, 4, tuned=True).double()
    conv, batch = Conv(4, 5, kernel=3).double(), Batch(torch.tensor([[5, 7, 2, 8]]), torch.tensor([4]))
    added = conv(Multichannel(static, tuned)(batch))
    nothing = conv(torch.zeros(1, 4, 4, dtype=torch.double))  # the bias, which counts once
    torch.testing.assert_close(added, conv(static(batch)) + conv(tuned(batch)) - nothing)


def test_concatenated_channels_stand_side_by_side():
    one, two = Tokens(9, 4), Tokens(9, 2, field="beside")
    batch = Batch(torch.tensor([[5, 7]]), torch.tensor([2]), beside=torch.tensor([[3, 0]]))
    x = Multichannel(one, two, join="concatenate")(batch)
    assert torch.equal(x, torch.cat([one(batch), two(batch)], -1))


def test_channels_of_unlike_size_cannot_be_added():
    with pytest.raises(ValueError, match=r"need the same size, got \[4, 2\]; concatenate them instead"):
        Multichannel(Tokens(9, 4), Tokens(9, 2))
    with pytest.raises(ValueError, match="at least one part, got none"):
        Multichannel()
