import io
import json
import sys

import pytest


def test_predict_answers_every_line_in_order(atrous, model, tmp_path):
    (tmp_path / "texts.txt").write_text("a good film\n\na bad film\n")
    code, out, _ = atrous("predict", model, "texts.txt")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert [row[0] for row in rows][::2] == ["pos", "neg"]
    assert [row[2] for row in rows] == ["a good film", "", "a bad film"]


def test_predict_reads_standard_input(atrous, model, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a good film\n")))
    code, out, _ = atrous("predict", model, "-", "--json")
    assert code == 0
    assert json.loads(out)["label"] == "pos"


def test_evaluate_prints_a_table_or_one_object(atrous, model, reviews):
    code, out, _ = atrous("evaluate", model, reviews)
    assert code == 0
    assert "accuracy" in out.lower()
    found = json.loads(atrous("evaluate", model, reviews, "--json")[1])
    assert found["accuracy"] > 0.9
    assert found["rows"] == 200


@pytest.mark.parametrize("name", ["tcn", "attention"])
def test_field_shows_each_layer(atrous, name):
    code, out, _ = atrous("field", name, "--steps", "50")
    assert code == 0
    assert "FLOPs" in out
    assert "Conv" in out


def test_field_as_json_holds_the_window(atrous, model):
    found = json.loads(atrous("field", model, "--json")[1])
    assert found["window"] == {"left": 2, "right": 2, "stride": 1}
