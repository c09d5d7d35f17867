import json
import math
from fractions import Fraction

import pytest
import torch
from tests.draw.models import model_of
from tests.laws.table import MODELS, make_model

from atrous.draw import FieldRow, field_json, field_rows, field_table
from atrous.encode import residual
from atrous.layers import LSTM, Conv, Pointwise, Residual, Stack
from atrous.window import Window

every_model = pytest.mark.parametrize("name", MODELS)


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
    grows = {"kind": "endless", "sizes": [1], "linear": [], "says": "has no end, from Up on"}
    assert report == {"layers": [layer], "window": window, "growth": grows, **costs}
