import json


def test_field_measures_a_trained_model(atrous, model, reviews, tmp_path):
    code, out, err = atrous("field", model, "--measure", reviews, "--rows", 20, "--svg", tmp_path / "field.svg")
    assert code == 0, err
    assert "after training; 95 % from" in out
    assert "The gradient gets there" in out
    assert (tmp_path / "field.svg").read_text().startswith("<svg xmlns=")
    assert "ngram: the gradient on reviews.csv" in (tmp_path / "field.svg").read_text()


def test_as_json_it_is_one_object(atrous, model, reviews):
    code, out, _ = atrous("field", model, "--measure", reviews, "--rows", 20, "--json", "--quiet")
    found = json.loads(out)
    assert code == 0
    assert found["rows"] == 20
    assert (found["lags"]["first"], found["lags"]["last"]) == (-2, 2)
    assert abs(sum(found["lags"]["end"]) - 1) < 1e-4
    assert found["layers"][0]["start"] > 0
    assert found["verdict"]


def test_an_encoder_is_measured_before_any_training(atrous, reviews):
    code, out, _ = atrous("field", "tcn", "--measure", reviews, "--rows", 20, "--set", "encode.depth=1")
    assert code == 0
    assert "not trained; 95 % from" in out


def test_wrong_data_ends_with_a_sentence_and_2(atrous, model, tmp_path):
    for content, says in (("", "nothing in it"), ("text,label\n", "no rows"), ("text,label\ngood,other\n", "other")):
        (tmp_path / "rows.csv").write_text(content)
        code, out, err = atrous("field", model, "--measure", "rows.csv")
        assert (code, out) == (2, "")
        assert says in err
        assert "Traceback" not in err
    assert atrous("field", model, "--measure", "none.csv")[0] == 2


def test_a_dead_network_ends_with_the_layer_and_2(atrous, model, reviews, tmp_path):
    from atrous.bundle.folder import load

    bundle = load(model)
    for path in bundle.model.encode.parts[0].paths:
        path.bias.detach().fill_(-1e6)
    bundle.save(tmp_path / "dead")
    code, out, err = atrous("field", tmp_path / "dead", "--measure", reviews)
    assert (code, out) == (2, "")
    assert "a dead network: the gradient of the loss ends behind encode: Conv" in err


def test_what_is_only_for_measuring_is_refused_elsewhere(atrous):
    code, out, err = atrous("field", "ngram", "--rows", 5, "--text", "words")
    assert (code, out) == (2, "")
    assert "--rows, --text: only for rows that are measured; add --measure DATA" in err
    code, out, err = atrous("field", "ngram", "--measure", "rows.csv", "--seed", -1)
    assert (code, out) == (2, "") and "'--seed'" in err and "Traceback" not in err
