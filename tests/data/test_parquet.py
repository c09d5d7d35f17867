import os
import tracemalloc

import pyarrow
import pytest
from pyarrow import parquet

from atrous.data.parquet import parquet_records, row_count
from atrous.errors import ConfigError, DataError


@pytest.fixture
def file(tmp_path):
    def write(columns, name="a.parquet", **options):
        parquet.write_table(pyarrow.table(columns), tmp_path / name, **options)
        return tmp_path / name

    return write


def test_rows_keep_their_order_across_batches_and_row_groups(file):
    path = file({"text": [f"text {n}" for n in range(2345)], "label": [n % 3 for n in range(2345)]}, row_group_size=700)
    found = list(parquet_records(path))
    assert found == [(n + 1, {"text": f"text {n}", "label": str(n % 3)}) for n in range(2345)]
    assert row_count(path) == 2345


def test_every_way_to_store_a_text_is_read(file):
    values = ["so", "lala", "so"]
    kinds = {
        "plain": pyarrow.array(values),
        "large": pyarrow.array(values, pyarrow.large_string()),
        "category": pyarrow.array(values).dictionary_encode(),
    }
    assert [record for _, record in parquet_records(file(kinds))] == [dict.fromkeys(kinds, value) for value in values]


def test_only_what_is_wanted_is_read(file):
    path = file({"a": ["x"], "b": ["y"], "c": ["z"]})
    assert list(parquet_records(path, only=["c", "a"])) == [(1, {"c": "z", "a": "x"})]
    with pytest.raises(ConfigError, match=r"a\.parquet: no column 'd'; the columns are 'a', 'b', 'c'"):
        list(parquet_records(path, only=["d"]))


def test_memory_holds_a_batch_however_large_the_file(file):
    before = pyarrow.total_allocated_bytes()
    peaks = []
    for count in (20_000, 80_000):
        texts = [os.urandom(50).hex() for _ in range(count)]
        path = file({"text": texts}, row_group_size=count, compression="none", use_dictionary=False)
        del texts
        tracemalloc.start()  # of what the file gives, which pyarrow does not count
        held = [pyarrow.total_allocated_bytes() - before for number, _ in parquet_records(path) if number % 500 == 1]
        peaks.append(max(held) + tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert path.stat().st_size > 8_000_000
    assert peaks[1] < 1.5 * peaks[0] < 6_000_000


def test_a_file_without_rows_is_refused(file):
    with pytest.raises(DataError, match=r"a\.parquet: no rows; give a file that has at least one"):
        list(parquet_records(file({"text": pyarrow.array([], pyarrow.string())})))


@pytest.mark.parametrize("keep", [0, 3, 1000, -5])
def test_a_file_that_is_cut_short_is_refused(file, keep):
    path = file({"text": [os.urandom(50).hex() for _ in range(1000)]})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(
        DataError, match=r"a\.parquet: damaged, cut short or not Parquet \(.+\); copy or write it again"
    ):
        list(parquet_records(path))


def test_a_page_that_is_damaged_is_named_by_the_row_before_it(file):
    path = file({"text": [os.urandom(50).hex() for _ in range(5000)]}, row_group_size=1000, use_dictionary=False)
    content = bytearray(path.read_bytes())
    third = parquet.read_metadata(path).row_group(2).column(0).data_page_offset
    content[third : third + 4000] = b"\xff" * 4000
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.parquet: damaged, .* after row 2000 "):
        list(parquet_records(path))


def test_a_text_that_is_not_utf_8_is_named_by_its_row(file):
    broken = pyarrow.array([b"good"] * 700 + [b"caf\xe9"], pyarrow.binary())
    path = file({"text": pyarrow.Array.from_buffers(pyarrow.string(), len(broken), broken.buffers())})
    with pytest.raises(DataError, match=r"a\.parquet row 701: the text in 'text' is not UTF-8"):
        list(parquet_records(path))


def test_what_cannot_be_read_from_its_end_is_refused(file, tmp_path):
    with pytest.raises(DataError, match=r"standard input: Parquet is read from its end, .*save it to a file"):
        list(parquet_records("-"))
    with pytest.raises(DataError, match=r"a\.parquet\.gz: Parquet compresses .*decompress it"):
        list(parquet_records(tmp_path / "a.parquet.gz"))
    with pytest.raises(DataError, match=r"missing\.parquet: no such file"):
        list(parquet_records(tmp_path / "missing.parquet"))


def test_two_columns_of_one_name_are_refused(tmp_path):
    table = pyarrow.Table.from_arrays([pyarrow.array(["x"]), pyarrow.array(["y"])], names=["a", "a"])
    parquet.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(DataError, match="two columns are named 'a'; rename one of them"):
        list(parquet_records(tmp_path / "a.parquet"))
