"""Law 6, dry: torch.export takes every layer, whole and step by step, with any batch and any length."""

import pytest
import torch
from torch import nn
from torch.export import Dim, export

from atrous.contract import Batch, map_state
from atrous.layers import Conv
from tests.laws import laws
from tests.laws.rows import draw_rows
from tests.laws.table import EMBEDDINGS, MODELS, NOT_STREAMABLE, TABLE, make, make_model, shaken
from tests.laws.test_models import draw_batch


def traced(part, arguments, shapes):
    """The traced graph itself. torch guards it with the smallest sizes it happened to compare while tracing
    (length 2 for a stride of 2, say); an ONNX file knows no such guards, and the graph is right without them."""
    with torch.no_grad():
        program = export(part, arguments, dynamic_shapes=shapes).module(check_guards=False)
    program._forward_pre_hooks.clear()
    return program


ANY = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}  # any batch, any length


def by_row(state):
    """Every leaf of a state has its batch first."""
    return map_state(lambda leaf: {0: Dim.DYNAMIC}, state)


class Step(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, mask, state):
        return self.layer.step(x, mask, state)


@torch.no_grad()
def exports_whole(layer):
    channels = layer.inputs or 3
    x, mask = torch.randn(2, 12, channels, dtype=torch.double), torch.ones(2, 12, dtype=torch.bool)
    program = traced(layer, (x, mask), (ANY, ANY))
    for lengths in ([1, 1], [7, 2, 5], [12, 0], [1], [23]):
        rows = draw_rows(lengths, channels)
        real = layer.after(rows.mask)
        laws.close(program(rows.x, rows.mask)[real], layer(rows.x, rows.mask)[real], f"lengths {lengths}")


@pytest.mark.parametrize("name", TABLE)
def test_every_layer_exports_whole(name):
    exports_whole(make(name))


class TracedAtOneLength(Conv):
    """Writes down the length it was traced at, as a size taken out of torch's hands does."""

    def forward(self, x, mask=None):
        return super().forward(x, mask) / (12 if torch.compiler.is_exporting() else x.shape[1])


def test_the_law_catches_a_layer_that_exports_another_function():
    with pytest.raises(AssertionError, match="lengths"):
        exports_whole(shaken(TracedAtOneLength(3, 4, kernel=3)))


@pytest.mark.parametrize("name", [name for name in TABLE if name not in NOT_STREAMABLE])
def test_every_layer_that_streams_exports_its_step(name):
    layer = make(name)
    channels, grain = layer.inputs or 3, layer.grain
    x, mask = torch.randn(2, 4 * grain, channels, dtype=torch.double), torch.ones(2, 4 * grain, dtype=torch.bool)
    state = layer.start(2)
    program = traced(Step(layer), (x, mask, state), (ANY, ANY, by_row(state)))
    for rows in (1, 3):
        ours = theirs = layer.start(rows)
        for chunk in (1, 2, 5):
            x = torch.randn(rows, chunk * grain, channels, dtype=torch.double)
            mask = torch.ones(rows, chunk * grain, dtype=torch.bool)
            mask[0] = chunk > 1  # this row's first chunk is a delay from elsewhere
            y, real, ours = layer.step(x, mask, ours)
            z, same, theirs = program(x, mask, theirs)
            assert torch.equal(real, same)
            laws.close(z[real], y[real], f"{rows} rows, {chunk} grains")


def shapes_of(batch):
    """Any batch, any length; letters and features are the model's own."""
    return Batch(*({0: Dim.DYNAMIC} if one is batch.lengths else None if one is None else ANY for one in batch))


@pytest.mark.parametrize("name", [name for name in MODELS if name.endswith("max")])
def test_every_model_exports_whole(name):
    model = make_model(name, bigrams=20)
    program = traced(model, (draw_batch([9, 12]),), (shapes_of(draw_batch([1])),))
    for lengths in ([1, 1], [7, 2, 5], [12, 0], [23]):
        batch = draw_batch(lengths)
        laws.close(program(batch), model(batch), f"lengths {lengths}")


@pytest.mark.parametrize("name", EMBEDDINGS)
def test_every_embedding_exports_whole(name):
    embed = make(name)
    example = draw_batch([9, 12], reads=embed.reads)
    program = traced(embed, (example,), (shapes_of(example),))
    for lengths in ([1, 1], [7, 2, 5], [12, 0], [23]):
        batch = draw_batch(lengths, reads=embed.reads)
        laws.close(program(batch)[batch.mask], embed(batch)[batch.mask], f"lengths {lengths}")
