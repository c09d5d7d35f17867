import pytest
import torch

from atrous.layers import Pointwise
from atrous.layers.line import hold, line


def test_a_line_of_no_steps_holds_nothing_back():
    x, mask = torch.randn(2, 3, 4), torch.ones(2, 3, dtype=torch.bool)
    y, real, later = hold(line(Pointwise(torch.relu), 2, 0, None), x, mask)
    assert y is x and real is mask and later == ()


@pytest.mark.parametrize("chunks", [(5,), (1, 1, 3), (2, 3)])
def test_a_line_gives_what_it_was_given_so_many_steps_later(chunks):
    x, mask = torch.randn(1, 5, 2), torch.tensor([[True, True, False, True, True]])
    waiting, got, bits = line(Pointwise(torch.relu), 1, 3, 2), [], []
    for part, real in zip(x.split(chunks, 1), mask.split(chunks, 1), strict=True):
        y, real, waiting = hold(waiting, part, real)
        got.append(y)
        bits.append(real)
    assert torch.equal(torch.cat(got, 1)[:, 3:], x[:, :2])
    assert torch.cat(bits, 1).tolist() == [[False, False, False, True, True]]


def test_what_has_no_known_channels_cannot_be_held():
    with pytest.raises(ValueError, match="hold back a sequence of unknown channels"):
        line(Pointwise(torch.relu), 1, 2, None)
