import io
import json

import numpy as np
import pyarrow.parquet
import pytest

from atrous.answering.written import kind_of_file, lines, numpy_file, parquet_file
from atrous.errors import ConfigError

PIECES = [np.arange(6, dtype=np.float32).reshape(3, 2) / 3, np.full((1, 2), -1e-8, np.float32)]
ALL = np.concatenate(PIECES)


def write_all(write):
    write(PIECES[0], {"text": ["a", 'b "c"', "é"], "id": ["1", None, "3"]})
    write(PIECES[1], {"text": [""], "id": ["4"]})


@pytest.mark.parametrize("rows", [0, 1, 12_345])
def test_a_numpy_file_is_one_array_however_many_pieces_it_came_in(tmp_path, rows):
    with numpy_file(tmp_path / "v.npy") as write:
        for _ in range(rows):
            write(PIECES[0], {})
    found = np.load(tmp_path / "v.npy", mmap_mode="r")
    assert found.dtype == np.float32
    if rows:
        np.testing.assert_array_equal(found, np.tile(PIECES[0], (rows, 1)))
    assert (tmp_path / "v.npy").stat().st_size == 128 + found.nbytes


def test_a_parquet_file_holds_vectors_and_texts_and_says_where_they_are_from(tmp_path):
    with parquet_file(tmp_path / "v.parquet", {"model": "runs/é"}) as write:
        write_all(write)
    file = pyarrow.parquet.ParquetFile(tmp_path / "v.parquet")
    assert file.num_row_groups == len(PIECES)
    table = file.read()
    assert table.schema.field("vector").type == pyarrow.list_(pyarrow.float32(), 2)
    found = table["vector"].combine_chunks().flatten().to_numpy().reshape(-1, 2)
    np.testing.assert_array_equal(found, ALL)
    assert table["text"].to_pylist() == ["a", 'b "c"', "é", ""]
    assert table["id"].to_pylist() == ["1", None, "3", "4"]
    assert json.loads(table.schema.metadata[b"atrous"]) == {"model": "runs/é", "channels": 2}


def test_json_lines_are_the_same_numbers():
    file = io.StringIO()
    write_all(lines(file.write))
    rows = [json.loads(line) for line in file.getvalue().splitlines()]
    np.testing.assert_array_equal(np.array([row["vector"] for row in rows], np.float32), ALL)
    assert [row["id"] for row in rows] == ["1", None, "3", "4"]
    assert list(rows[0]) == ["text", "id", "vector"]


@pytest.mark.parametrize("name", ["v.csv", "v", "v.npz", "v.parquet.gz"])
def test_vectors_are_written_to_two_kinds_of_file(name):
    with pytest.raises(ConfigError, match=rf"{name}: vectors are written as \.parquet or \.npy"):
        kind_of_file(name)
