"""Laws 1 to 4, 7 and 8 over the whole table."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from atrous.errors import NotStreamable
from tests.laws import laws
from tests.laws.rows import LENGTHS, plans
from tests.laws.table import CHOOSES, NOT_STREAMABLE, SLACK, TABLE, make

every_layer = pytest.mark.parametrize("name", TABLE)


@pytest.mark.parametrize("name", [name for name in TABLE if name not in NOT_STREAMABLE])
@given(plan=plans())
def test_streaming_equals_batch(name, plan):
    laws.streaming_equals_batch(make(name), plan)


@pytest.mark.parametrize("name", sorted(NOT_STREAMABLE))
def test_what_does_not_stream_says_what_to_use_instead(name):
    layer = make(name)
    assert not layer.streams
    x = torch.zeros(1, layer.grain, layer.inputs or 3, dtype=torch.double)
    with pytest.raises(NotStreamable, match="to stream, use"):
        layer.step(x, torch.ones(1, layer.grain, dtype=torch.bool), layer.start(1))


@every_layer
def test_the_window_is_true(name):
    layer, options = make(name), {"slack": SLACK.get(name, 1), "by_change": name in CHOOSES}
    laws.window_is_true(layer, **options)
    if layer.window.size != float("inf"):
        laws.window_is_true(layer, steps=3, **options)  # shorter than the window


@every_layer
@given(lengths=LENGTHS, beyond=st.integers(0, 3))
def test_padding_never_leaks(name, lengths, beyond):
    laws.padding_never_leaks(make(name), lengths, beyond)


@every_layer
@given(lengths=LENGTHS)
def test_rows_are_strangers(name, lengths):
    laws.rows_are_strangers(make(name), lengths)


@pytest.mark.parametrize("name", [name for name in TABLE if list(make(name).parameters())])
def test_every_parameter_learns(name):
    layer = make(name)
    generator = torch.Generator().manual_seed(0)
    shape = (2, 12, layer.inputs or 3)
    batches = [(torch.randn(shape, dtype=torch.double, generator=generator),) for _ in range(8)]
    laws.every_parameter_learns(layer, batches)


@every_layer
def test_the_declared_cost_is_the_counted_one(name):
    layer, steps = make(name), [1, 7, 12]
    batches = [(torch.randn(1, length, layer.inputs or 3, dtype=torch.double),) for length in steps]
    laws.cost_is_counted(layer, batches, steps)


@every_layer
@given(length=st.integers(1, 23))
def test_no_mask_means_that_every_step_is_real(name, length):
    layer = make(name)
    x = torch.randn(2, length, layer.inputs or 3, dtype=torch.double)
    ones = torch.ones(2, length, dtype=torch.bool)
    real = layer.after(ones)
    laws.close(layer(x)[real], layer(x, ones)[real], "mask of ones")


@every_layer
def test_an_empty_row_is_no_trouble(name):
    layer = make(name)
    x = torch.full((1, 4, layer.inputs or 3), torch.nan, dtype=torch.double)
    mask = torch.zeros(1, 4, dtype=torch.bool)
    layer(x, mask)
    assert not layer.after(mask).any()
