import json

import pytest


@pytest.mark.parametrize("name", ["tcn", "attention"])
def test_field_shows_each_layer(atrous, name):
    code, out, _ = atrous("field", name, "--steps", "50")
    assert code == 0
    assert "FLOPs" in out
    assert "Conv" in out


def test_field_as_json_holds_the_window(atrous, model):
    found = json.loads(atrous("field", model, "--json")[1])
    assert found["window"] == {"left": 2, "right": 2, "stride": 1}


def test_field_draws_what_each_layer_sees(atrous):
    assert "●" in atrous("field", "ngram")[1]
    assert atrous("field", "ngram", "--set", "encode.kernels=[1]")[0] == 0
