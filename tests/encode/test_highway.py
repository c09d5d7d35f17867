import pytest

from atrous.encode import highway


@pytest.mark.parametrize("depth, side", [(1, 1), (4, 15)])
def test_the_window_doubles_with_every_layer_and_is_centred(depth, side):
    window = highway(4, channels=4, depth=depth).window
    assert window.left == window.right == side


def test_no_projection_where_the_channels_are_right():
    assert len(highway(4, channels=4, depth=2).parts) == len(highway(3, channels=4, depth=2).parts) - 1
