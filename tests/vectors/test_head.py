import struct

import pytest

from atrous.errors import DataError
from atrous.vectors.head import Head, head, is_number, numbers, of_numbers

FLOATS = struct.pack("<3f", 0.5, 1, -2)


@pytest.mark.parametrize(
    "written, expected",
    [
        (b"2 3\ngood 0.5 1 -2\nfilm 1 2 3\n", Head(False, 2, 3)),
        (b"2 3\nNew York 0.5 1 -2\n", Head(False, 2, 3)),
        (b"2 3\r\ngood 0.5 1 -2 \r\n", Head(False, 2, 3)),
        (b"good 0.5 1 -2\nfilm 1 2 3\n", Head(False, None, 3)),
        (b". . . 0.5 1e-3 -2\n", Head(False, None, 3)),
        (b"5 1 2\n", Head(False, None, 2)),
        (b"good 0.5", Head(False, None, 1)),
        (b"2 3\ngood " + FLOATS + b"film " + FLOATS, Head(True, 2, 3)),
        (b"2 3\ngood " + FLOATS + b"\nfilm " + FLOATS + b"\n", Head(True, 2, 3)),
        (b"0 3\n", Head(False, 0, 3)),
    ],
)
def test_the_beginning_says_what_a_file_is(tmp_path, written, expected):
    (tmp_path / "vectors").write_bytes(written)
    assert head(tmp_path / "vectors") == expected


@pytest.mark.parametrize(
    "written",
    [b"text,label\ngood film,pos\n", b"\x89PNG\r\n\x1a\n\x00\x00", b"one word\n", b"3 0\n", b"\n\n", b"x" * 300_000],
)
def test_what_is_no_file_of_vectors_is_refused(tmp_path, written):
    (tmp_path / "vectors").write_bytes(written)
    with pytest.raises(DataError, match=r"vectors: no file of vectors: line 1 is neither .* or GloVe's"):
        head(tmp_path / "vectors")


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "vectors").write_bytes(b"")
    with pytest.raises(DataError, match="nothing in it"):
        head(tmp_path / "vectors")


def test_numbers_are_told_from_words():
    assert [is_number(field) for field in (b"1", b"-1e-3", b".5", b"", b"-", b"nan", b"1_0", b"0x1")] == [
        *[True] * 3,
        *[False] * 5,
    ]
    assert numbers(b"a 1 b 2 3 ") == 2
    assert of_numbers("1 -2.5e-3 7")
    assert not of_numbers("1 x")
    assert not of_numbers("1 ²")
