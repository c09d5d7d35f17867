from __future__ import annotations

import gzip
import io
import lzma
import os
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrous.data import text as module
from atrous.data.text import lines
from atrous.errors import ConfigError, DataError


def read(path, **options) -> list[str]:
    found = list(lines(path, **options))
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return [line for _, line in found]


@pytest.fixture
def standard_input(monkeypatch):
    def give(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), "ascii"))

    return give


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\ntwo", ["one", "two"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"\n", [""]),
        (b"\n\nx\n\n", ["", "", "x", ""]),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f\rg\n".encode(), ["a\x0bb\x0cc\x1cd\x85e\u2028f\rg"]),
    ],
)
def test_lines_end_in_line_feeds_and_nowhere_else(tmp_path, content, expected):
    path = tmp_path / "lines.txt"
    path.write_bytes(content)
    assert read(path) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "utf-16-le", "gb18030", "shift_jis", "iso2022_jp"])
@pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 16])
def test_any_encoding_reads_the_same_however_the_blocks_fall(tmp_path, monkeypatch, encoding, block):
    monkeypatch.setattr(module, "_BLOCK", block)
    wanted = ["日本語", "", "plain", "語" * 20]
    path = tmp_path / "lines.txt"
    path.write_bytes("\r\n".join(wanted).encode(encoding))
    assert read(path, encoding=encoding) == wanted


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=5), min_size=1, max_size=9))
def test_what_was_written_comes_back(tmp_path_factory, wanted):
    path = tmp_path_factory.mktemp("lines") / "lines.txt"
    path.write_bytes("".join(f"{line}\n" for line in wanted).encode())
    wanted[0] = wanted[0].removeprefix("\ufeff")
    assert read(path) == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_dropped_at_the_start_alone(tmp_path, encoding):
    path = tmp_path / "lines.txt"
    path.write_bytes("\ufeffone\n\ufefftwo\n".encode(encoding))
    assert read(path, encoding=encoding) == ["one", "\ufefftwo"]


@pytest.mark.parametrize(
    ("ending", "compress"), [(".gz", gzip.compress), (".xz", lzma.compress), (".GZ", gzip.compress)]
)
def test_compressed_files_are_read_by_their_ending(tmp_path, ending, compress):
    path = tmp_path / f"lines.txt{ending}"
    path.write_bytes(compress(b"one\n") + compress(b"two\n"))
    assert read(path) == ["one", "two"]


def test_a_dash_is_standard_input_and_stays_open(standard_input):
    standard_input(b"\xef\xbb\xbfcaf\xc3\xa9\nb\n")
    assert read("-") == ["café", "b"]
    module.sys.stdin.buffer.read()


def test_a_pipe_is_answered_before_it_ends(monkeypatch):
    end, start = os.pipe()
    with os.fdopen(end, "rb") as source, os.fdopen(start, "wb", buffering=0) as sink:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(source))
        sink.write(b"one\n")
        found = lines("-")
        assert next(found) == (1, "one")
        found.close()


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "lines.txt.gz"
    path.write_bytes(gzip.compress(b"a line of some length\n" * 200_000, 1))  # 4 MB, and as a list of lines 15 MB
    tracemalloc.start()
    try:
        assert sum(1 for _ in lines(path)) == 200_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_line_may_be_longer_than_many_blocks(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"x" * 1_000_000 + b"\ny")
    assert [len(line) for line in read(path)] == [1_000_000, 1]


@pytest.mark.parametrize("block", [1, 5, 1 << 16])
@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"good\nbad \xff\n", "utf-8", "byte 9 is not UTF-8; .* --encoding, for example --encoding latin-1"),
        (b"good\xe6\x97", "utf-8", "byte 4 is not UTF-8"),
        ("日".encode() * 3 + b"\x80", "utf-8", "byte 9 is not UTF-8"),
        (b"ab\x81", "cp1252", "byte 2 is not cp1252; .* for example --encoding utf-8"),
        ("ab".encode("utf-16") + b"x", "utf-16", "byte 6 is not utf-16"),
        ("日本".encode("shift_jis") + b"\xff", "shift_jis", "byte 4 is not shift_jis"),
    ],
)
def test_undecodable_bytes_are_named_by_their_place(tmp_path, monkeypatch, block, content, encoding, words):
    monkeypatch.setattr(module, "_BLOCK", block)
    path = tmp_path / "reviews.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"reviews\.csv: {words}"):
        read(path, encoding=encoding)


def test_a_file_that_says_it_is_utf_16_is_taken_at_its_word(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_bytes("text\n".encode("utf-16"))
    with pytest.raises(DataError, match=r"byte 0 is not UTF-8; .* for example --encoding utf-16$"):
        read(path)


def test_lines_before_an_undecodable_block_are_given_first(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_bytes(b"x\n" * 50_000 + b"\xff")
    found = lines(path)
    assert next(found) == (1, "x")
    with pytest.raises(DataError, match="byte 100000 is not UTF-8"):
        list(found)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf9", r"unknown encoding 'utf9' \(did you mean 'utf-\d+'\?\); --encoding takes"),
        ("zip", "unknown encoding 'zip'"),
        ("rot13", "unknown encoding 'rot13'"),
        ("", "unknown encoding ''"),
        ("a\0b", "unknown encoding"),
    ],
)
def test_an_unknown_encoding_is_refused(tmp_path, encoding, words):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"x")
    with pytest.raises(ConfigError, match=words):
        read(path, encoding=encoding)


def test_a_missing_file_says_where_it_was_looked_for(tmp_path):
    with pytest.raises(DataError, match=r"reviews\.csv: no such file; check the path, which is read from /"):
        read(tmp_path / "reviews.csv")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(DataError, match="a folder, not a file; name one file in it"):
        read(tmp_path)


def test_a_path_through_a_file_cannot_be_opened(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(DataError, match=r"b: cannot be opened \(Not a directory\); check the path"):
        read(tmp_path / "a" / "b")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "reviews.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"reviews\.csv: nothing in it; give a file that has at least one line"):
        read(path)


def test_empty_standard_input_is_refused_by_its_name(standard_input):
    standard_input(b"")
    with pytest.raises(DataError, match="standard input: nothing in it"):
        read("-")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gz", b"not compressed"),
        ("a.gz", gzip.compress(b"line\n" * 999, mtime=0)[:-9]),
        ("a.gz", gzip.compress(random.Random(0).randbytes(999), mtime=0)[:50] + b"\0" * 50),
        ("a.xz", b"not compressed"),
        ("a.xz", lzma.compress(b"line\n" * 999)[:-9]),
    ],
    ids=["no gzip", "truncated gzip", "damaged gzip", "no xz", "truncated xz"],
)
def test_a_damaged_archive_is_refused_with_a_remedy(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged, cut short or not compressed .*; copy it again, or rename it"):
        read(path, encoding="latin-1")
