import pytest

from atrous.encode import hybrid
from atrous.layers import GRU, LSTM


@pytest.mark.parametrize("halvings", [0, 1, 3])
def test_the_recurrence_reads_so_many_times_fewer_steps(halvings):
    layer = hybrid(8, channels=4, halvings=halvings)
    assert layer.window.stride == 2**halvings
    recurrence = layer.parts[-1]
    assert isinstance(recurrence, GRU)
    assert layer.delay == 0


def test_the_recurrence_may_be_an_lstm():
    assert isinstance(hybrid(8, channels=4, recurrence="lstm").parts[-1], LSTM)
