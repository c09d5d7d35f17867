import pytest
import torch
from safetensors.torch import load_file, save_file

from atrous.layers import Conv, ConvTranspose, Pointwise, Repeated, Restored, SpatialDropout, Stack, fold, weight_norm


def block(channels=3):
    return Stack(Conv(channels, channels, kernel=3, right=1), Pointwise(torch.tanh))


def test_a_block_repeated_is_the_block_applied_to_what_it_gave():
    part, x = block(), torch.randn(2, 7, 3)
    found = Repeated(part, times=3)
    expected = [part(x), part(part(x)), part(part(part(x)))]
    assert all(torch.equal(*pair) for pair in zip(found.iterates(x), expected, strict=True))
    assert torch.equal(found(x), expected[-1])
    assert torch.equal(Repeated(part, times=3, join="concatenate")(x), torch.cat(expected, -1))


def test_several_blocks_take_turns():
    first, second = block(), block()
    assert Repeated(first, second, times=2).applications == [first, second, first, second]


def test_tied_weights_are_parameters_once_and_saved_once(tmp_path):
    found = Repeated(block(), times=4)
    assert found.cost.parameters == sum(parameter.numel() for parameter in found.parameters()) == 30
    assert found.cost.flops(5) == 4 * block().cost.flops(5)
    save_file(found.state_dict(), tmp_path / "weights.safetensors")
    other, x = Repeated(block(), times=4), torch.randn(1, 6, 3)
    other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    assert torch.equal(other(x), found(x))


def test_the_gradient_of_a_tied_weight_is_the_sum_over_its_applications():
    part, x = block().double(), torch.randn(1, 6, 3, dtype=torch.double)
    Repeated(part, times=3)(x).sum().backward()
    tied = part.parts[0].weight.grad.clone()
    copies = [block().double() for _ in range(3)]
    for copy in copies:
        copy.load_state_dict(part.state_dict())
    Stack(*copies)(x).sum().backward()
    torch.testing.assert_close(tied, sum(copy.parts[0].weight.grad for copy in copies))


def test_the_weight_norm_of_a_repeated_block_folds_away():
    found, x = Repeated(weight_norm(Conv(3, 3, kernel=3)), times=3), torch.randn(1, 6, 3)
    before = found(x)
    assert sorted(name for name, _ in fold(found).named_parameters()) == ["blocks.0.bias", "blocks.0.weight"]
    torch.testing.assert_close(found(x), before)


def test_a_stack_gives_an_iterate_for_every_application_inside_it():
    part, last = block(), Conv(3, 5, kernel=1)
    layer, x = Stack(Conv(2, 3, kernel=1), Repeated(part, times=2), last), torch.randn(1, 6, 2)
    first, second = layer.iterates(x)
    assert torch.equal(second, layer(x))
    assert torch.equal(first, last(part(layer.parts[0](x))))


def test_a_layer_that_repeats_nothing_has_one_iterate():
    conv, x = Conv(2, 3, kernel=2), torch.randn(1, 4, 2)
    for layer in (conv, Stack(conv), Repeated(block(2), times=3, join="concatenate")):
        (only,) = layer.iterates(x)
        assert torch.equal(only, layer(x))


def test_an_empty_stack_has_what_it_reads():
    x = torch.randn(1, 4, 2)
    assert torch.equal(Stack().iterates(x)[0], x)


def test_before_each_application_the_delay_is_rounded_up_to_the_grain():
    halved = Restored(Stack(Conv(2, 2, kernel=2, stride=2), ConvTranspose(2, 2, kernel=2, stride=2)))
    assert Repeated(Conv(2, 2, kernel=3, right=1), halved, times=2).delay == 4  # (1 + a line of 1) twice


@pytest.mark.parametrize(
    "build, words",
    [
        (lambda: Repeated(), "a block and times >= 1, got 0 blocks and times=1"),
        (lambda: Repeated(block(), times=0), "got 1 blocks and times=0"),
        (lambda: Repeated(Conv(3, 4, kernel=1)), "keep rate and channels, got 3 -> 4 channels, stride 1: Conv"),
        (lambda: Repeated(Conv(3, 3, kernel=2, stride=2)), "got 3 -> 3 channels, stride 2"),
        (lambda: Repeated(block(3), block(4)), "keep rate and channels"),
        (lambda: Repeated(*[block()] * 2), "each block once, got one several times; say how often with times"),
        (lambda: Repeated(SpatialDropout(0.1), join="concatenate"), "a block that says its channels"),
    ],
)
def test_what_cannot_be_repeated_is_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()
