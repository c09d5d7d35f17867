from atrous.encode import multiscale
from atrous.layers import Parallel


def test_every_block_has_one_path_a_dilation():
    layer = multiscale(8, channels=4, depth=2, dilations=(1, 2, 4))
    paths = [part for part in layer.modules() if isinstance(part, Parallel) and part.join == "concatenate"]
    assert [[conv.dilation for conv in part.paths] for part in paths] == [[1, 2, 4]] * 2
    assert (layer.window.left, layer.window.right) == (8, 8)
