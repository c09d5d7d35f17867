import io
import json
import sys

import numpy as np
import pyarrow.parquet
import pytest

import atrous as package


def test_encode_writes_what_the_bundle_gives(atrous, model, reviews, tmp_path):
    code, out, err = atrous("encode", model, reviews, "--out", "v.parquet", "--keep", "label")
    bundle = package.load(model)
    channels = bundle.model.attend.outputs
    assert (code, out) == (0, f"v.parquet: 200 vectors of {channels} numbers\n")
    assert "text = 'text' (guessed" in err
    found = pyarrow.parquet.read_table("v.parquet")
    assert found.column_names == ["vector", "text", "label"]
    expected = bundle.encode(found["text"].to_pylist())
    np.testing.assert_allclose(np.array(found["vector"].to_pylist()), expected, rtol=0, atol=1e-5)
    about = json.loads(found.schema.metadata[b"atrous"])
    assert (about["encode"], about["channels"], about["unit_length"]) == ("ngram", channels, False)

    code, out, err = atrous("encode", model, reviews, "--out", "v.npy", "--unit-length", "--json", "--quiet")
    assert (code, json.loads(out), err) == (0, {"out": "v.npy", "rows": 200, "channels": channels}, "")
    np.testing.assert_allclose(np.linalg.norm(np.load("v.npy"), axis=1), 1, rtol=1e-5)


def test_encode_reads_standard_input(atrous, model, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a good film\n\n")))
    code, out, _ = atrous("encode", model, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["text"] for row in rows] == ["a good film", ""]
    assert any(rows[0]["vector"])
    assert not any(rows[1]["vector"])


def test_a_text_typed_at_a_terminal_is_encoded_at_once(atrous, model, monkeypatch):
    class Terminal(io.TextIOWrapper):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(io.BytesIO(b"a good film\n")))
    code, out, err = atrous("encode", model, "--json")
    assert (code, len(out.splitlines()), err) == (0, 1, "Type a text and Enter; Ctrl-D ends.\n")


@pytest.mark.parametrize(
    "words, said",
    [
        (["in.csv"], "vectors are for files: name a .parquet or .npy file with --out, or take JSON lines"),
        (["in.csv", "--out", "v.csv"], "v.csv: vectors are written as .parquet or .npy"),
        (["in.csv", "--out", "v.npy", "--keep", "id"], "name a .parquet file"),
        (["in.csv", "--out", "v.parquet", "--keep", "di"], "no column 'di'"),
        (["missing.csv", "--out", "v.npy"], "missing.csv"),
        (["empty.txt", "--out", "v.npy"], "empty.txt: nothing in it"),
        (["in.csv", "--out", "in.csv/v.npy"], "in.csv is a file, not a folder"),
        (["in.csv", "--out", "there.npy"], "there.npy: there already"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(atrous, model, tmp_path, words, said):
    (tmp_path / "in.csv").write_text("id,text\n1,one\n")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "there.npy").write_text("precious")
    code, out, err = atrous("encode", model, *words, "--quiet")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "empty.txt", "there.npy"}


def test_what_is_no_model_is_refused_before_standard_input_is_waited_for(atrous, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    code, _, err = atrous("encode", tmp_path, "--json")
    assert (code, len(err.splitlines())) == (2, 1)


def test_rows_that_are_cut_are_counted(atrous, reviews, tmp_path):
    words = ["--encode", "bag", "--out", "m", "--set", "train.epochs=1", "--max-steps", "12", "--quiet"]
    assert atrous("train", "--data", reviews, *words)[0] == 0
    (tmp_path / "in.txt").write_text("short\nlonger than twelve characters\n")
    code, _, err = atrous("encode", "m", "in.txt", "--out", "v.npy")
    assert (code, err) == (
        0, "1 of 2 rows are longer than 12 characters, which is all that m reads of a row, and were cut\n"
    )  # fmt: skip
