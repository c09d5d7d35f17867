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


def test_field_says_which_one_it_shows_where_a_folder_is_named_like_an_encoder(atrous, tmp_path):
    assert atrous("field", "bag")[2] == ""
    (tmp_path / "bag").mkdir()
    assert atrous("field", "bag")[2] == "bag is the encoder of that name; ./bag is the folder\n"
    code, _, err = atrous("field", "./bag")
    assert (code, "bag" in err) == (2, True)


def test_field_names_its_own_option_where_the_picture_is_there_already(atrous, tmp_path):
    (tmp_path / "bag.svg").write_text("")
    code, _, err = atrous("field", "bag", "--svg", "bag.svg")
    assert (code, err) == (2, "atrous: bag.svg: there already; name another with --svg, or replace it with --force\n")
