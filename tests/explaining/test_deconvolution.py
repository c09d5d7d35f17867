"""The way back, against transposed convolutions, rectifiers and switches written out one by one."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tests.explaining.small import LABELS, READER, detector

from atrous.bundle import Bundle
from atrous.config import load
from atrous.encode import ENCODERS
from atrous.errors import ConfigError, DataError
from atrous.explaining.deconvolution import backwards, deconvolve, project, strongest
from atrous.layers import Conv, Pointwise, Pooling, Residual, Stack
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

BYTES = Reader(Tokeniser("bytes", False, ()))
WITH_A_WAY_BACK = {"bag", "conv", "idcnn", "ngram", "tcn", "residual", "multiscale", "unet"}


def convolved_back(conv, arrives, steps):
    """The transposed convolution in loops: what arrives at an output goes to each input that it read."""
    weight = conv.weight.detach().numpy()
    found = np.zeros((steps, weight.shape[1]))
    for output in range(len(arrives)):
        for tap in range(conv.kernel):
            step = output * conv.stride - conv.taps.left + tap * conv.dilation
            if 0 <= step < steps:
                found[step] += arrives[output] @ weight[:, :, tap]
    return found


def test_the_way_back_is_transposed_filters_rectifiers_and_switches():
    torch.manual_seed(0)
    first, second = Conv(3, 4, kernel=3, right=1), Conv(4, 5, kernel=2, dilation=2)
    stack = Stack(first, Pointwise(torch.relu), Pooling("max", 4, kernel=2), second, Pointwise(torch.relu)).double()
    x, mask = torch.randn(1, 9, 3, dtype=torch.double), torch.ones(1, 9, dtype=torch.bool)
    with torch.no_grad():
        low = first(x).relu()
        pooled, switches = F.max_pool1d(F.pad(low, (0, 0, 0, 1)).transpose(1, 2), 2, return_indices=True)
        high = second(pooled.transpose(1, 2)).relu()[0]
    for step, number in ((1, 0), (4, 3), (int(high.max(0).indices[2]), 2)):
        alone = np.zeros(high.shape)
        alone[step, number] = high[step, number]
        arrives = convolved_back(second, alone, 5)  # a rectifier passes what is above 0 as it is
        unpooled = np.zeros((10, 4))
        for place in range(5):
            for channel in range(4):
                unpooled[switches[0, channel, place], channel] += arrives[place, channel]
        wanted = convolved_back(first, np.maximum(unpooled[:9], 0), 9)
        found = project(backwards(stack), x, mask, step=step, number=number)
        np.testing.assert_allclose(found.numpy(), wanted, atol=1e-12)


def test_a_rectifier_does_not_ask_what_came_in():
    # The gradient would be zero here: the unit was off, and the way back passes through it all the same.
    block = Stack(Residual(Stack(Conv(1, 1, kernel=1), Pointwise(torch.relu))))
    with torch.no_grad():
        block.parts[0].sum.paths[1].parts[0].weight.fill_(-2.0)
    found = project(backwards(block), torch.ones(1, 1, 1), torch.ones(1, 1, dtype=torch.bool), step=0, number=0)
    assert found.tolist() == [[1.0 - 2.0]]


@pytest.mark.parametrize("name", ENCODERS)
def test_what_has_no_way_back_is_refused_by_its_name(name):
    if name in WITH_A_WAY_BACK:
        backwards(ENCODERS[name](4))
    else:
        with pytest.raises(ConfigError, match="goes back through convolutions, maxima and rectifiers alone"):
            backwards(ENCODERS[name](4))


def test_the_refusal_says_what_is_in_the_way():
    wanted = {
        "dense": "LayerNorm: it divides",
        "wavenet": "Gate: a gate",
        "gru": "GRU: it is no",
        "kmax": "KMax: it is",
    }
    for name, why in wanted.items():
        with pytest.raises(ConfigError, match=rf"\(.*{why}"):
            backwards(ENCODERS[name](4))


def test_a_filter_shows_the_words_it_looks_for():
    found = deconvolve(detector(), READER, "a film NOT good at all", filter=1)
    assert (found.number, found.activation) == (1, 1.5)
    assert [(one.text, one.strength, one.own, one.nearest[0]) for one in found.pieces] == [
        ("NOT", 1.5, 1.5, "not"),
        ("good", 1.5, 1.5, "good"),
    ]
    assert deconvolve(detector(), READER, "not good").number == 1
    assert deconvolve(detector(), READER, "a good film").number == 0


@pytest.mark.parametrize("name", sorted(WITH_A_WAY_BACK))
def test_every_encoder_with_a_way_back_reaches_pieces_within_the_text(name):
    torch.manual_seed(0)
    bundle = Bundle.fresh(load(encode=name), BYTES, LABELS)
    before = {key: tensor.clone() for key, tensor in bundle.model.state_dict().items()}
    found = bundle.deconvolve("né film, seen")
    assert found.pieces
    assert all(one.text in "né film, seen" and one.strength > 0 for one in found.pieces)
    assert {len(one.nearest) for one in found.pieces} == {3}
    assert all(torch.equal(before[key], tensor) for key, tensor in bundle.model.state_dict().items())
    assert all(part.function is torch.relu for part in bundle.model.modules() if isinstance(part, Pointwise))


def test_among_rows_the_most_active_is_taken():
    rows = ["", "a good film", "not good", "not a good film"]
    assert strongest(detector(), READER, rows) == (1, 2)
    assert strongest(detector(), READER, rows, filter=0) == (0, 1)
    with pytest.raises(ConfigError, match="no filter 3"):
        strongest(detector(), READER, rows, filter=3)
    with pytest.raises(DataError, match="no row has a token"):
        strongest(detector(), READER, [""])


def test_only_a_rectifier_has_a_way_back():
    with pytest.raises(ConfigError, match="tanh is no rectifier"):
        backwards(Stack(Conv(4, 4, kernel=2), Pointwise(torch.tanh)))


def test_what_cannot_be_projected_is_said_in_words():
    with pytest.raises(DataError, match="the text is empty"):
        deconvolve(detector(), READER, " ")
    with pytest.raises(DataError, match=r"filter 1 is not active anywhere in this text$"):
        deconvolve(detector(), READER, "film", filter=1)
    for made in (lambda: deconvolve(detector(), READER, "film"), lambda: strongest(detector(), READER, ["film", "a"])):
        with pytest.raises(DataError, match="no filter is active anywhere here: the model is dead"):
            made()
