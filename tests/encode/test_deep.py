from atrous.encode import deep


def test_every_block_halves_the_steps_and_widens_the_channels():
    layer = deep(8, channels=8, depth=3)
    assert layer.window.stride == 4
    assert layer.outputs == 18
    assert layer.grain == 4
