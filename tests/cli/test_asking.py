import io
import json
import subprocess
import sys

import pytest

from atrous.cli.asking import _show


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


def test_predict_ends_well_when_its_reader_has_had_enough(model):
    command = f"yes 'a good film' | {sys.executable} -m atrous predict {model} | head -2"
    done = subprocess.run(["bash", "-c", f"{command}; echo ${{PIPESTATUS[1]}}"], capture_output=True, text=True)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["pos", "pos", "0"]
    assert not done.stderr


def test_predict_names_the_column_that_the_model_was_trained_with(atrous, reviews, tmp_path):
    (tmp_path / "in.csv").write_text(reviews.read_text().replace("text,label", "said,mood"))
    words = ["--text", "said", "--label", "mood", "--encode", "bag", "--out", "m", "--set", "train.epochs=1", "--quiet"]
    assert atrous("train", "--data", "in.csv", *words)[0] == 0
    (tmp_path / "new.csv").write_text("text,said\nnot this,but this\n")
    assert atrous("predict", "m", "new.csv")[1].endswith("\tbut this\n")
    assert atrous("predict", "m", "new.csv", "--text", "text")[1].endswith("\tnot this\n")
    code, _, err = atrous("predict", "m", reviews)
    assert (code, "no column 'said'" in err) == (2, True)


def test_a_text_typed_at_a_terminal_is_answered_at_once(atrous, model, monkeypatch):
    class Terminal(io.TextIOWrapper):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(io.BytesIO(b"a good film\na bad film\n")))
    code, out, err = atrous("predict", model)
    assert (code, len(out.splitlines())) == (0, 2)
    assert err == "Type a text and Enter; Ctrl-D ends.\n"


def test_evaluate_shows_the_labels_it_is_worst_at_where_there_are_many(capsys):
    own = {"precision": 0.5, "recall": 0.5, "rows": 10}
    labels = {f"label {number}": {**own, "f1": number / 100} for number in range(30)}
    _show({"accuracy": 0.5, "macro_f1": 0.5, "loss": 1.0, "rows": 300, "labels": labels})
    out = capsys.readouterr().out
    assert "The 20 of 30 labels that it is worst at" in out
    assert "label 19 " in out
    assert "label 20 " not in out


def test_a_label_is_printed_as_it_is(capsys):
    own = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "rows": 1}
    _show({"accuracy": 1.0, "macro_f1": 1.0, "loss": 0.0, "rows": 2, "labels": {"[bold]": own, "two\nlines": own}})
    out = capsys.readouterr().out
    assert "[bold]" in out
    assert "two lines" in out


def test_field_draws_what_each_layer_sees(atrous):
    assert "●" in atrous("field", "ngram")[1]
    assert atrous("field", "ngram", "--set", "encode.kernels=[1]")[0] == 0
