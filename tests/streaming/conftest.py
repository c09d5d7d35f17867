import pytest
import torch
from tests.streaming.bundles import fresh

from atrous.contract import Embed
from atrous.runtime.reader import Reader
from atrous.runtime.series import Series


class Values(Embed):
    """Numbers as they are, 0 where one is missing."""

    outputs = 3

    def step(self, batch, mask, state):
        return torch.nan_to_num(batch.values)[..., [0, 1, 1]], state


@pytest.fixture
def numbers():
    """A bundle of series with two features."""
    bundle = fresh("tcn")
    bundle.reader = Reader(series=Series((0.0, 1.0), (1.0, 2.0)))
    bundle.model.embed = Values()
    return bundle
