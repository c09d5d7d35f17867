"""What a race says of its best model's gradient."""

import json

import torch

import atrous
from atrous.bundle import Bundle
from atrous.comparing.gradients import ROWS, gradients_on_test
from atrous.config import load
from atrous.data.tables import Row
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


def rows(*texts):
    return [Row(text, ["neg", "pos"][line % 2], "", line) for line, text in enumerate(texts, 1)]


def bundle():
    torch.manual_seed(0)
    settings = load(None, ["embed.channels=6", "encode.channels=4"], encode="ngram")
    return Bundle.fresh(settings, Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))


def test_it_is_json_of_a_bounded_number_of_rows():
    many = rows(*(f"a film seen {n} times" for n in range(1000)))
    found = gradients_on_test(bundle(), many)
    assert json.loads(json.dumps(found)) == found
    assert found["rows"] == ROWS
    assert (found["lags"]["first"], found["lags"]["last"], found["lags"]["end"]) == (-2, 2, None)
    assert found["verdict"]
    few = gradients_on_test(bundle(), many[:9])
    assert (
        few["layers"]
        == atrous.measure(bundle(), [{"text": row.text, "label": row.label} for row in many[:9]]).to_json()["layers"]
    )


def test_where_there_is_nothing_to_measure_there_is_nothing():
    assert gradients_on_test(bundle(), rows("", "")) is None
    dead = bundle()
    torch.nn.init.zeros_(dead.model.predict.linear.weight)
    assert gradients_on_test(dead, rows("a film")) is None
