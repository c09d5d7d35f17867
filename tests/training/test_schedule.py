import pytest

from atrous.training.schedule import warm_up_and_decay


@pytest.mark.parametrize("steps, warmup", [(100, 0.1), (7, 0.5), (1, 0.0), (1, 0.9), (3, 0.0)])
def test_the_rate_rises_once_falls_once_and_never_exceeds_the_highest(steps, warmup):
    share = warm_up_and_decay(steps, warmup=warmup)
    values = [share(step) for step in range(steps)]
    top = values.index(max(values))
    assert values[: top + 1] == sorted(values[: top + 1])
    assert values[top:] == sorted(values[top:], reverse=True)
    assert 0 < values[0] <= max(values) == 1
    assert share(steps) == 0
