import json

import numpy as np
import pyarrow.parquet
import pytest

from atrous.answering.encode import Encoded, encode_file
from atrous.errors import ConfigError, DataError, OutputExists


def counted(texts):
    """Vectors that show which text they belong to."""
    return np.array([[len(text), text.count("x")] for text in texts], np.float32)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,text\n" + "".join(f"{number},{'x' * (7 * number % 11)}\n" for number in range(20)))
    return path


@pytest.mark.parametrize("rows", [1, 3, 4096])
@pytest.mark.parametrize("name", ["out.npy", "out.parquet"])
def test_vectors_stand_in_the_order_of_the_file_whatever_the_window(table, tmp_path, rows, name):
    out = tmp_path / name
    assert encode_file(counted, table, out, rows=rows, quiet=True) == Encoded(20, 2)
    found = np.load(out) if name == "out.npy" else pyarrow.parquet.read_table(out)["vector"].to_pylist()
    np.testing.assert_array_equal(np.array(found), [[7 * number % 11] * 2 for number in range(20)])


def test_texts_and_columns_go_with_their_vectors(table, tmp_path):
    out = tmp_path / "out.parquet"
    encode_file(counted, table, out, keep=["id"], rows=3, quiet=True)
    found = pyarrow.parquet.read_table(out)
    assert found.column_names == ["vector", "text", "id"]
    assert [len(text) for text in found["text"].to_pylist()] == [vector[0] for vector in found["vector"].to_pylist()]
    assert found["id"].to_pylist() == [str(number) for number in range(20)]
    encode_file(counted, table, out, keep=["id", "text"], with_text=False, force=True, quiet=True)
    assert pyarrow.parquet.read_table(out).column_names == ["vector", "id", "text"]


def test_of_two_texts_both_go_along(tmp_path):
    (tmp_path / "in.csv").write_text("text,second\none,two\n")
    out = tmp_path / "out.parquet"
    encode_file(lambda pairs: counted(map("".join, pairs)), tmp_path / "in.csv", out, beside="second", quiet=True)
    assert pyarrow.parquet.read_table(out).to_pylist() == [{"vector": [6, 0], "text": "one", "beside": "two"}]


def test_standard_output_gets_an_object_a_row(table, capsys):
    encode_file(counted, table, quiet=True, rows=7)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[2] == {"text": "xxx", "vector": [3, 3]}
    assert len(rows) == 20


def test_a_text_that_is_refused_is_named_and_leaves_no_file(tmp_path, capsys):
    def short_ones(texts):
        if any(len(text) > 5 for text in texts):
            raise DataError("a text of 9 tokens is too long")
        return counted(texts)

    (tmp_path / "a.txt").write_text("one\n\nthree\ntoo long!\nfive\n")
    with pytest.raises(DataError, match=r"a\.txt line 4: a text of 9 tokens is too long$"):
        encode_file(short_ones, tmp_path / "a.txt", tmp_path / "v.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    with pytest.raises(DataError, match="line 4"):
        encode_file(short_ones, tmp_path / "a.txt")
    assert [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()] == ["one", "", "three"]


def test_a_file_without_a_text_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(DataError, match=r"a\.txt: nothing in it; give a file that has at least one line"):
        encode_file(counted, tmp_path / "a.txt", tmp_path / "v.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    "out, words, said",
    [
        ("v.npy", {"keep": ["id"]}, r"v\.npy: a \.npy file holds vectors alone; name a \.parquet file"),
        ("v.parquet", {"keep": ["text"]}, "--keep text: the file would have two columns of that name"),
        ("v.parquet", {"keep": ["id", "id"]}, "--keep id: the file would have two columns"),
        (None, {"keep": ["vector"], "with_text": False}, "--keep vector: the file would have two"),
        ("v.csv", {}, r"vectors are written as \.parquet or \.npy"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(tmp_path, out, words, said):
    with pytest.raises(ConfigError, match=said):
        encode_file(counted, tmp_path / "missing.csv", out and tmp_path / out, **words)


def test_an_output_that_exists_is_refused_and_forced(table, tmp_path):
    (tmp_path / "v.npy").write_text("precious")
    with pytest.raises(OutputExists, match="--force"):
        encode_file(counted, table, tmp_path / "v.npy", quiet=True)
    encode_file(counted, table, tmp_path / "v.npy", force=True, quiet=True)
    assert np.load(tmp_path / "v.npy").shape == (20, 2)
