import json
import math
from fractions import Fraction

import pytest
import torch

from atrous.attend import POOLS
from atrous.config import load
from atrous.draw import FieldRow, cone, field_json, field_rows, field_table, leaves, top_level
from atrous.embed import Tokens
from atrous.encode import ENCODERS, residual, tcn
from atrous.layers import LSTM, Backward, Conv, Dropout, LayerNorm, Parallel, Pointwise, Residual, Stack, weight_norm
from atrous.model import Model
from atrous.predict import Classes
from atrous.window import Window
from tests.laws.table import MODELS, TABLE, make, make_model

every_model = pytest.mark.parametrize("name", MODELS)


def model_of(encode, *, pool="max", bigrams=0):
    channels = encode.outputs or encode.inputs or 3
    return Model(Tokens(9, encode.inputs or 3, bigrams=bigrams), encode, POOLS[pool](channels), Classes(channels, 3))


def model_with_settings(name):
    """The model of that encoder as the settings make it when nobody says otherwise."""
    return model_of(ENCODERS[name](3, **load(encode=name).encode.options))


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


def test_the_table_of_a_small_model_reads_in_full():
    model = model_of(Stack(Residual(Conv(3, 3, kernel=3)), LSTM(3, 4), Pointwise(torch.tanh)))
    assert field_table(field_rows(model, steps=1000), steps=1000).splitlines() == [
        "                        effective  sees   sees",
        "layer                      kernel  back  ahead  stride  parameters   FLOPs",
        "--------------------------------------------------------------------------",
        "Tokens(9, 3)                    1     0      0       1          27       0",
        "Residual                        3     2      0       1",
        "  Conv(3, 3, kernel=3)          3     2      0       1          30  54.0 k",
        "LSTM(3, 4)                    all   all      0       1         128   224 k",
        "Max                           all   all    all                   0       0",
        "Classes                         1   all    all                  15      24",
        "--------------------------------------------------------------------------",
        "total                                                          200   278 k",
        "",
        "One step of the encoder sees all back. FLOPs: one row of 1,000 tokens.",
    ]


@pytest.mark.parametrize("name", ENCODERS)
def test_the_table_and_the_cone_of_every_encoder_fit_into_100_columns(name):
    rows = field_rows(model_with_settings(name), steps=100_000)
    lines = [*field_table(rows, steps=100_000).splitlines(), *cone(top_level(rows)).splitlines()]
    assert max(map(len, lines)) <= 100
    assert not any("..." in line for line in lines)


@pytest.mark.parametrize("name", ENCODERS)
def test_a_table_and_a_plain_cone_need_no_more_than_ascii(name):
    rows = field_rows(model_with_settings(name), steps=10)
    assert field_table(rows, steps=10).isascii()
    assert cone(top_level(rows), plain=True).isascii()


def test_a_name_too_long_for_the_table_is_cut():
    row = FieldRow(0, "Conv(" + "1234567890" * 10 + ")", 1, Window(), 1, 1)
    lines = field_table([row], steps=1, width=80).splitlines()
    assert len(lines[3]) == 80
    assert lines[3].split()[0].endswith("...")


SHOWN = {999: "999", 1000: "1.00 k", 9996: "10.0 k", 99_960: "100 k", 999_499: "999 k", 999_500: "1.00 M"}


@pytest.mark.parametrize("flops, shown", [*SHOWN.items(), (10**9, "1.00 G"), (12 * 10**21, "12000 E")])
def test_operations_have_three_digits_and_a_unit(flops, shown):
    assert field_table([FieldRow(0, "Conv", 1, Window(), 0, flops)], steps=1).splitlines()[3].endswith(f"  {shown}")


def test_the_total_of_the_table_counts_composites_once():
    model = model_of(residual(3, channels=4))
    total = field_table(field_rows(model, steps=10), steps=10).splitlines()[-3]
    assert total.split()[:2] == ["total", f"{model.cost.parameters:,}"]


def test_rows_that_are_equal_are_counted_each():
    rows = field_rows(model_of(Stack(*[Conv(3, 3, kernel=1) for _ in range(3)])), steps=10)
    assert len(leaves(rows)) == len(rows) == 6


def steps_drawn(line, mark="●"):
    """How many columns of a line of the cone stand before and after the output's own step."""
    past, _, future = line.partition(mark)
    return len(past.split()[-1]) if past.endswith("━") else 0, len(future)


def test_one_column_is_one_token_while_that_fits():
    model = model_of(residual(3, channels=4, depth=3))
    *lines, note = cone(top_level(field_rows(model, steps=5))).splitlines()
    assert [steps_drawn(line) for line in lines] == [(0, 0), (2, 2), (6, 6), (14, 14)]
    assert len({line.index("●") for line in lines}) == 1
    assert note.endswith("one column: 1 token")


@pytest.mark.parametrize("depth", [4, 6, 9, 12, 30])
def test_the_cone_keeps_one_scale_and_its_width_however_deep_the_model(depth):
    windows = [(f"layer {level}", Window(left=2**level)) for level in range(depth)]
    *lines, note = cone(windows, width=70).splitlines()
    scale = int(note.split(": ")[1].split()[0].replace(",", ""))
    assert [steps_drawn(line)[0] for line in lines] == [math.ceil(2**level / scale) for level in range(depth)]
    assert max(map(len, lines)) <= 70
    assert depth < 6 or steps_drawn(lines[-1])[0] > 15


def test_what_has_no_end_is_an_arrow_longer_than_what_has():
    lines = cone([("a", Window(20)), ("b", Window(math.inf)), ("c", Window(3, math.inf))]).splitlines()
    assert lines[0].strip() == "a    " + "━" * 20 + "●"
    assert lines[1] == "b  ←" + "━" * 21 + "●"
    assert lines[2].endswith("━━━●━━━━━━━→")
    assert lines[3].endswith("one column: 1 token; ← → without end")


def test_a_plain_cone_is_drawn_in_ascii():
    lines = cone([("a", Window(math.inf, 2))], plain=True).splitlines()
    assert lines == ["a  <-------o--", "   o the output's own step; one column: 1 token; < without end"]


def test_a_cone_of_nothing_is_its_legend():
    assert cone([]).strip() == "● the output's own step; one column: 1 token"


@every_model
def test_json_has_one_layer_a_row_and_no_number_that_json_lacks(name):
    model = make_model(name)
    rows = field_rows(model, steps=7)
    report = json.loads(json.dumps(field_json(rows), allow_nan=False))
    assert [layer["name"] for layer in report["layers"]] == [row.name for row in rows]
    assert (report["parameters"], report["flops"]) == (model.cost.parameters, model.cost.flops(7))
    for side in ("left", "right", "stride"):
        assert float(report["window"][side]) == getattr(model.window, side)


def test_json_says_inf_and_writes_fractions_as_decimals():
    report = field_json([FieldRow(0, "Up", math.inf, Window(Fraction(3, 2), math.inf, Fraction(1, 2)), 4, 8)])
    window = {"left": 1.5, "right": "inf", "stride": 0.5}
    costs = {"parameters": 4, "flops": 8}
    layer = {"depth": 0, "name": "Up", "kernel": "inf", "window": window, **costs, "part": "encode"}
    assert report == {"layers": [layer], "window": window, **costs}
