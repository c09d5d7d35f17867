import torch

from atrous.encode import dense
from atrous.layers import Conv


def test_the_embedding_arrives_intact_as_the_first_channels_of_a_block():
    layer, x = dense(10, growth=10, depth=2, blocks=1, bottleneck=0).eval(), torch.randn(2, 7, 10)
    block = layer.parts[0]
    assert [part.outputs for part in block.parts] == [20, 30]
    assert torch.equal(block(x)[..., :10], x)


def test_a_transition_halves_the_channels_between_two_blocks():
    (transition,) = [part for part in dense(8, growth=4, depth=3, blocks=2).parts if isinstance(part, Conv)]
    assert (transition.inputs, transition.outputs) == (20, 10)


def test_a_bottleneck_bounds_what_a_convolution_reads():
    narrow = dense(8, growth=4, depth=6, blocks=1, bottleneck=2)
    assert {part.inputs for part in narrow.modules() if isinstance(part, Conv) and part.kernel > 1} == {8}
