import numpy as np
import pytest
import torch
from tests.slow import definitions as slow

from atrous.encode import idcnn
from atrous.layers import Conv, Repeated


def test_it_is_one_convolution_and_then_the_block_again_and_again():
    torch.manual_seed(0)
    layer = idcnn(3, channels=4, dilations=(1, 2, 1), repeats=3, identity=False).double().eval()
    x = torch.randn(1, 12, 3, dtype=torch.double)

    def convolved(y, conv):
        weight, bias = conv.weight.detach().numpy(), conv.bias.detach().numpy()
        return np.maximum(slow.convolve(y, weight, bias, dilation=conv.dilation, right=conv.dilation), 0)

    first, *block = [part for part in layer.modules() if isinstance(part, Conv)]
    assert [conv.dilation for conv in block] == [1, 2, 1]
    y, expected = convolved(x[0].numpy(), first), []
    for _ in range(3):
        for conv in block:
            y = convolved(y, conv)
        expected.append(y)
    for found, wanted in zip(layer.iterates(x), expected, strict=True):
        np.testing.assert_allclose(found[0].detach(), wanted, atol=1e-12)


@pytest.mark.parametrize("kernel, dilations", [(1, (1,)), (2, (1, 3)), (3, (1, 2, 1)), (4, (2,)), (5, (4, 1))])
def test_at_first_every_application_gives_what_it_reads(kernel, dilations):
    layer = idcnn(3, channels=4, kernel=kernel, dilations=dilations, repeats=2).eval()
    x = torch.randn(2, 9, 3)
    first, second = layer.iterates(x)
    assert torch.equal(first, layer.parts[0](x).relu()) and torch.equal(first, second)
    other = idcnn(3, channels=4, kernel=kernel, dilations=dilations, repeats=2, identity=False).eval()
    assert not torch.equal(*other.iterates(x))


def test_an_identity_learns():
    layer = idcnn(3, channels=4, repeats=2)
    layer(torch.randn(4, 9, 3)).square().sum().backward()
    (block,) = [part for part in layer.modules() if isinstance(part, Repeated)]
    assert all(parameter.grad.count_nonzero() == parameter.numel() for parameter in list(block.parameters())[:1])


def test_tied_blocks_are_one_and_others_are_as_many_as_applications():
    tied, untied = idcnn(3, channels=4, repeats=3), idcnn(3, channels=4, repeats=3, tied=False)
    first = 3 * 3 * 4 + 4
    assert untied.cost.parameters - first == 3 * (tied.cost.parameters - first)
    assert untied.cost.flops(10) == tied.cost.flops(10)
    assert untied.window == tied.window
    assert len(untied.iterates(torch.randn(1, 5, 3))) == len(tied.iterates(torch.randn(1, 5, 3))) == 3


def test_the_four_blocks_of_1_1_2_stand_side_by_side():
    layer, x = idcnn(3, channels=4, dilations=(1, 1, 2), repeats=4, join="concatenate").eval(), torch.randn(1, 9, 3)
    chain = idcnn(3, channels=4, dilations=(1, 1, 2), repeats=4).eval()
    chain.load_state_dict(layer.state_dict())
    assert (layer.outputs, layer.window.left, layer.window.right) == (16, 17, 17)
    assert torch.equal(layer(x), torch.cat(chain.iterates(x), -1))


@pytest.mark.parametrize("options", [{"dilations": ()}, {"repeats": 0}])
def test_there_must_be_something_to_repeat(options):
    with pytest.raises(ValueError, match="a dilation and repeats >= 1, got"):
        idcnn(3, channels=4, **options)
