import math

import pytest
import torch
from tests.draw.models import model_of
from tests.laws.table import MODELS, TABLE, make, make_model

from atrous.attend import POOLS
from atrous.draw import field_json, field_rows, field_table, leaves, top_level
from atrous.encode import tcn
from atrous.layers import LSTM, Backward, Conv, Dropout, LayerNorm, Parallel, Pointwise, Residual, Stack, weight_norm
from atrous.window import Window

every_model = pytest.mark.parametrize("name", MODELS)


def inside(encode, *, steps=10, everything=False):
    """The encoder's rows alone."""
    return [row for row in field_rows(model_of(encode), steps=steps, everything=everything) if row.part == "encode"]


def names(rows):
    return ["  " * row.depth + row.name for row in rows]


def costs_add_up(model, steps):
    rows = leaves(field_rows(model, steps=steps))
    assert sum(row.parameters for row in rows) == model.cost.parameters
    assert sum(row.flops for row in rows) == model.cost.flops(steps)


@pytest.mark.parametrize("steps", [1, 7, 12])
@pytest.mark.parametrize("bigrams", [0, 20])
@every_model
def test_the_leaves_of_a_model_cost_what_the_model_does(name, bigrams, steps):
    costs_add_up(make_model(name, bigrams=bigrams), steps)


@pytest.mark.parametrize("steps", [1, 7])
@pytest.mark.parametrize("name", TABLE)
def test_any_layer_may_be_the_encoder_and_its_costs_add_up(name, steps):
    costs_add_up(model_of(make(name)), steps)


@pytest.mark.parametrize("bigrams", [0, 20])
@every_model
def test_the_last_row_of_the_encoder_sees_what_the_model_does(name, bigrams):
    model = make_model(name, bigrams=bigrams)
    assert top_level(field_rows(model, steps=5))[-1][1] == model.window


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("name", TABLE)
def test_any_layer_may_be_the_encoder_and_the_windows_compose(name, everything):
    model = model_of(make(name), bigrams=20)
    assert top_level(field_rows(model, steps=5, everything=everything))[-1][1] == model.window


@pytest.mark.parametrize("name", TABLE)
def test_no_row_inside_a_composite_sees_beyond_it(name):
    around = []
    for row in inside(make(name), everything=True):
        around = [*around[: row.depth], row]
        for outer in around:
            assert row.window.left <= outer.window.left
            assert row.window.right <= outer.window.right


def test_a_block_shows_its_skip_and_what_each_convolution_adds():
    rows = field_rows(model_of(tcn(3, channels=4, depth=2)), steps=10)
    assert [("  " * row.depth + row.name, row.kernel, int(row.window.left)) for row in rows[:-2]] == [
        ("Tokens(9, 3)", 1, 0),
        ("Residual", 5, 4),
        ("  skip: Conv(3, 4, kernel=1)", 1, 0),
        ("  Conv(3, 4, kernel=3)", 3, 2),
        ("  Conv(4, 4, kernel=3)", 3, 4),
        ("Residual", 9, 12),
        ("  Conv(4, 4, kernel=3, dilation=2)", 5, 8),
        ("  Conv(4, 4, kernel=3, dilation=2)", 5, 12),
    ]


def test_every_path_of_a_composite_begins_where_the_composite_does():
    paths = Parallel(Conv(4, 2, kernel=3), Conv(4, 3, kernel=2, right=1), LSTM(4, 2))
    rows = inside(Stack(Conv(3, 4, kernel=5), paths))
    expected = [Window(4), Window(math.inf, 1), Window(6), Window(4, 1), Window(math.inf)]
    assert [row.window for row in rows] == expected


def test_a_path_of_several_layers_is_told_from_the_path_beside_it():
    rows = inside(Parallel(Stack(Conv(3, 4, kernel=2), LayerNorm(4)), Stack(), Conv(3, 4, kernel=1)), everything=True)
    assert names(rows) == [
        "Parallel",
        "  Stack",
        "    Conv(3, 4, kernel=2)",
        "    LayerNorm(4)",
        "  identity",
        "  Conv(3, 4, kernel=1)",
    ]


def test_stacks_within_stacks_are_read_as_one():
    rows = inside(Stack(Stack(Conv(3, 4, kernel=2)), Stack(), Stack(Stack(Conv(4, 3, kernel=3)))))
    assert [(row.depth, row.window) for row in rows] == [(0, Window(1)), (0, Window(3))]


def test_what_is_read_backwards_sees_ahead():
    two = Stack(Conv(3, 4, kernel=3), Conv(4, 4, kernel=2, dilation=4))
    rows = inside(Backward(two))
    assert names(rows) == ["Backward", "  Conv(3, 4, kernel=3)", "  Conv(4, 4, kernel=2, dilation=4)"]
    assert [row.window for row in rows] == [Window(0, 6), Window(0, 2), Window(0, 6)]
    assert [row.window for row in inside(Backward(Backward(two)))] == [Window(6), Window(6), Window(2), Window(6)]


def test_after_a_stride_a_layer_runs_at_its_own_rate():
    rows = inside(Stack(Conv(3, 4, kernel=2, stride=2), Conv(4, 4, kernel=3)), steps=9)
    assert [row.window for row in rows] == [Window(0, 1, 2), Window(4, 1, 2)]
    assert [row.flops for row in rows] == [2 * 2 * 3 * 4 * 5, 2 * 3 * 4 * 4 * 5]


def test_what_neither_learns_nor_mixes_steps_is_left_out_until_all_is_asked_for():
    encode = Stack(Pointwise(torch.relu), Residual(Dropout(0.5)), Conv(3, 4, kernel=1))
    assert names(inside(encode)) == ["Conv(3, 4, kernel=1)"]
    assert names(inside(encode, everything=True)) == [
        "Pointwise(relu)",
        "Residual",
        "  skip: identity",
        "  Dropout(0.5)",
        "Conv(3, 4, kernel=1)",
    ]


def test_weight_norm_leaves_the_name_of_a_layer_as_it_is():
    assert names(inside(weight_norm(Conv(3, 4, kernel=3)))) == ["Conv(3, 4, kernel=3)"]


def test_the_answer_sees_the_whole_row_unless_the_pool_picks_its_last_step():
    encode = tcn(3, channels=4, depth=2)
    seen = {pool: {row.window for row in field_rows(model_of(encode, pool=pool), steps=5)[-2:]} for pool in POOLS}
    assert seen.pop("last") == {Window(12)}
    assert set().union(*seen.values()) == {Window(math.inf, math.inf)}


def test_a_model_without_an_encoder_is_its_embedding():
    rows = field_rows(model_of(Stack(), bigrams=20), steps=5)
    assert names(rows) == ["Tokens(9, 3, bigrams=20)", "Max", "Classes"]
    assert "One step of the encoder sees 1 back." in field_table(rows, steps=5)
    assert field_json(rows)["window"] == {"left": 1, "right": 0, "stride": 1}


def test_a_row_needs_a_step():
    with pytest.raises(ValueError, match="steps >= 1, got steps=0"):
        field_rows(model_of(Stack()), steps=0)


def test_rows_that_are_equal_are_counted_each():
    rows = field_rows(model_of(Stack(*[Conv(3, 3, kernel=1) for _ in range(3)])), steps=10)
    assert len(leaves(rows)) == len(rows) == 6
