import pytest
import torch

from atrous.encode import unet


@pytest.mark.parametrize("upsample", ["transpose", "repeat", "linear"])
@pytest.mark.parametrize("steps", [1, 3, 8, 13])
def test_as_many_steps_come_out_as_went_in(upsample, steps):
    assert unet(8, channels=4, depth=3, upsample=upsample)(torch.randn(2, steps, 8)).shape == (2, steps, 4)


def test_each_level_below_reads_half_the_steps():
    shallow, deep = unet(8, channels=4, depth=1), unet(8, channels=4, depth=3)
    assert (shallow.grain, deep.grain) == (2, 8)
    assert deep.window.size > 4 * shallow.window.size
