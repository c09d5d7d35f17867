import pytest
import torch
from tests.laws.table import ENCODERS, shaken

from atrous.answering.slide import in_the_way, slide
from atrous.attend import POOLS, Unpadded
from atrous.contract import Batch
from atrous.embed import Tokens
from atrous.layers import Conv, LayerNorm, Pointwise, Positions, Residual, Stack
from atrous.model import Model
from atrous.predict import Classes

EXACT = {
    "no layer": lambda: Stack(),
    "layers that mix no steps": lambda: Stack(Residual(Conv(3, 3, kernel=1)), LayerNorm(3), Pointwise(torch.tanh)),
    "unpadded convolutions": lambda: Stack(
        Conv(3, 4, kernel=2, valid=True),
        Stack(Pointwise(torch.tanh), Conv(4, 3, kernel=2, dilation=2, valid=True)),
        LayerNorm(3),
    ),
}
PADDED = {
    "Conv": lambda: Conv(3, 3, kernel=2),
    "Positions": lambda: Stack(Conv(3, 4, kernel=1), Positions(4)),
    "stride": lambda: Conv(3, 3, kernel=1, stride=2),
    **{name: make for name, make in ENCODERS.items() if name != "bag"},
}


def make_model(encode, pool="max", *, bigrams=0):
    torch.manual_seed(3)
    channels = encode.outputs or 3
    attend = Unpadded(channels, depth=2, kernel=2) if pool == "unpadded" else POOLS[pool](channels)
    outputs = getattr(attend, "outputs", channels)
    return shaken(Model(Tokens(9, 3, bigrams=bigrams), encode, attend, Classes(outputs, 2)))


def row_of(steps):
    ids = torch.randint(2, 9, (1, steps), generator=torch.Generator().manual_seed(steps))
    return Batch(ids, torch.tensor([steps]))


@torch.no_grad()
def window_by_window(model, row, window, stride):
    """The definition: the model, given each window as a text of its own."""
    starts = range(0, row.time - window + 1, stride)
    alone = [model(Batch(row.ids[:, start : start + window], torch.tensor([window]))) for start in starts]
    return torch.cat([torch.zeros(0, 2, dtype=torch.double), *alone])


def agree(found, expected):
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, atol=1e-10, rtol=1e-10)


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("encode", EXACT)
@pytest.mark.parametrize("stride", [1, 3])
def test_in_one_pass_every_place_gets_the_numbers_of_its_window(encode, pool, stride, monkeypatch):
    monkeypatch.setattr("atrous.answering.slide.CHUNK", 8)  # several pieces
    model = make_model(EXACT[encode](), pool)
    assert in_the_way(model) == ""
    for steps, window in ((60, 4), (60, 7), (60, 12), (12, 12), (11, 12), (0, 12)):
        row = row_of(steps)
        agree(slide(model, row, window=window, stride=stride), window_by_window(model, row, window, stride))


def test_a_row_is_read_once_and_not_once_a_window(monkeypatch):
    model, seen = make_model(EXACT["unpadded convolutions"](), "unpadded"), []
    forward = model.encode.forward
    monkeypatch.setattr(model.encode, "forward", lambda x, mask=None: seen.append(x.shape[1]) or forward(x, mask))
    slide(model, row_of(1000), window=7)
    assert seen == [1000]


@pytest.mark.parametrize("encode", PADDED)
def test_what_knows_a_windows_edge_is_refused_and_read_one_by_one(encode):
    model, row = make_model(PADDED[encode]()), row_of(20)
    with pytest.raises(ValueError, match=r"cannot slide in one pass .*one_by_one=True"):
        slide(model, row, window=7)
    for stride in (1, 2):
        agree(slide(model, row, window=7, stride=stride, one_by_one=True), window_by_window(model, row, 7, stride))


def test_the_part_in_the_way_is_named():
    assert "Conv(3, 3, kernel=2) knows where a window begins" in in_the_way(make_model(PADDED["Conv"]()))
    assert "Positions(4) knows" in in_the_way(make_model(PADDED["Positions"]()))
    assert "changes the rate" in in_the_way(make_model(PADDED["stride"]()))
    assert "its embedding, Tokens, reads tokens before" in in_the_way(make_model(Stack(), bigrams=5))


def test_bigrams_are_read_one_by_one():
    model, row = make_model(Stack(), bigrams=5), row_of(9)
    agree(slide(model, row, window=3, one_by_one=True), window_by_window(model, row, 3, 1))


@pytest.mark.parametrize(
    ("row", "options", "words"),
    [
        (row_of(9), {"window": 0}, "got window=0, stride=1"),
        (row_of(9), {"window": 5, "stride": 0}, "got window=5, stride=0"),
        (row_of(9), {"window": 3}, "what the encoder sees, 4 tokens or more, got window=3"),
        (Batch(torch.ones(1, 9, dtype=torch.long), torch.tensor([8])), {"window": 5}, r"got lengths \[8\] of 9 steps"),
        (Batch(torch.ones(2, 9, dtype=torch.long), torch.tensor([9, 9])), {"window": 5}, r"lengths \[9, 9\]"),
    ],
)
def test_what_cannot_slide_is_refused(row, options, words):
    with pytest.raises(ValueError, match=words):
        slide(make_model(EXACT["unpadded convolutions"]()), row, **options)
