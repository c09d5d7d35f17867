"""What a part makes of a chunk is what its definition makes of all steps."""

import numpy as np
import pytest
import torch
from tests.slow.definitions import convolve

from atrous.layers import Conv, Gate, centred
from atrous.stepping.buffers import Buffers, Held
from atrous.stepping.parts import Alone, Beside, Chain, Chunk, Convolution, Wait, of_layer

ROWS, STEPS = 2, 9


def laid(x):
    """(batch, time, channels) as the parts read it."""
    return x.transpose(0, 1).flatten(0, 1)


def begun(parts, late=0):
    """Buffers before the first step, and the chunk of all steps, the first row having four real ones."""
    buffers = Buffers(parts, late, ROWS, STEPS, torch.zeros(0, dtype=torch.double))
    for own in buffers.steps:
        own.zero_()
    buffers.real(late, STEPS).copy_(torch.arange(STEPS) < torch.tensor([[4], [STEPS]]))
    return Chunk(buffers, 0, STEPS, -1)


@pytest.mark.parametrize("kernel, dilation, right", [(1, 1, 0), (2, 1, 0), (3, 2, 0), (3, 2, centred(3, 2)), (2, 3, 3)])
@torch.no_grad()
def test_a_convolution_is_its_definition(kernel, dilation, right):
    conv = Conv(3, 4, kernel=kernel, dilation=dilation, right=right).double()
    x = torch.randn(ROWS, STEPS, 3, dtype=torch.double)
    part = Convolution(conv, 0, 0)
    chunk = begun((Held((kernel - 1) * dilation, 3),), right)
    y = part.run(laid(x), chunk).view(STEPS, ROWS, 4)
    x[0, 4:] = 0
    for row in range(ROWS):
        expected = convolve(x[row].numpy(), conv.weight.numpy(), conv.bias.numpy(), dilation=dilation, right=right)
        np.testing.assert_allclose(y[right:, row], expected[: STEPS - right], atol=1e-12)
    history, bits = part.state(chunk.buffers, STEPS)
    torch.testing.assert_close(history, x[:, STEPS - part.span :])
    assert torch.equal(bits, (torch.arange(STEPS) < torch.tensor([[4], [STEPS]]))[:, STEPS - right :])


def test_a_line_gives_what_came_so_many_steps_ago():
    part = Wait(2, 0, 1)
    x = torch.randn(ROWS, STEPS, 3, dtype=torch.double)
    chunk = begun((Held(2, 3),), 3)
    y = part.run(laid(x), chunk).view(STEPS, ROWS, 3).transpose(0, 1)
    assert (part.lag, y[:, :2].abs().sum()) == (3, 0)
    assert torch.equal(y[:, 2:], x[:, :-2])
    assert torch.equal(part.state(chunk.buffers, STEPS)[0], x[:, -2:])


def test_paths_are_added_or_stand_side_by_side():
    x, chunk = torch.randn(4, 3), begun(())
    paths = [(Alone(None, 0), Wait(0, -1, 0)), (Alone(torch.neg, 0), Wait(0, -1, 0))]
    assert Beside(paths, add=True).run(x, chunk).abs().sum() == 0
    assert torch.equal(Beside(paths, add=False).run(x, chunk), torch.cat([x, -x], 1))


def test_a_chain_leaves_out_what_changes_nothing_and_keeps_its_place_in_the_state():
    chain = Chain([Alone(torch.neg, 0), Alone(None, 0), Alone(torch.neg, 0)], 0)
    x, chunk = torch.randn(4, 3), begun(())
    assert torch.equal(chain.run(x, chunk), x)
    assert chain.state(chunk.buffers, 0) == (((), ()),) * 3


def test_a_layer_that_mixes_no_steps_is_a_function_of_steps():
    x = torch.randn(6, 4)
    assert torch.equal(of_layer(Gate(2))(x), Gate(2)(x[None])[0])


def test_masks_are_looked_at_only_where_they_may_say_no():
    chunk = begun((), 2)
    assert chunk.real(0).view(STEPS, ROWS)[:, 0].tolist() == [True] * 4 + [False] * 5
    assert chunk.real(2).view(STEPS, ROWS)[:, 1].tolist() == [False] * 2 + [True] * 7
    known = chunk._replace(alike=1)
    assert known.real(1) is None
    assert known.real(2) is not None
