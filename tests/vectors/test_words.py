import gzip
import lzma
import struct

import numpy as np
import pytest

from atrous.data import text
from atrous.errors import DataError
from atrous.vectors.head import head
from atrous.vectors.words import disguised, words

GOOD, FILM = [0.5, 1, -2], [1e-3, 2, 3.25]


def binary(*pairs, after=b""):
    body = b"".join(word + b" " + struct.pack(f"<{len(vector)}f", *vector) + after for word, vector in pairs)
    return f"{len(pairs)} {len(pairs[0][1])}\n".encode() + body


SOUND = {
    "word2vec text": b"2 3\ngood 0.5 1 -2\nfilm 0.001 2 3.25\n",
    "word2vec text, spaces at the ends": b"2 3 \r\ngood 0.5 1 -2 \r\nfilm 1e-3 2 3.25 \r\n",
    "GloVe": b"good 0.5 1 -2\nfilm 0.001 2 3.25",
    "GloVe, blank lines": b"good 0.5 1 -2\n\nfilm 0.001 2 3.25\n\n",
    "binary": binary((b"good", GOOD), (b"film", FILM)),
    "binary, lines": binary((b"good", GOOD), (b"film", FILM), after=b"\n"),
}


def read(path, *wanted):
    return {word: None if vector is None else vector.tolist() for word, vector in words(path, head(path), wanted)}


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
@pytest.mark.parametrize("name", SOUND)
def test_every_form_gives_the_same_words(tmp_path, name, ending):
    path = tmp_path / f"vectors{ending}"
    path.write_bytes({"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}[ending](SOUND[name]))
    assert read(path, "good", "film") == {"good": GOOD, "film": np.float32(FILM).tolist()}
    assert read(path, "film")["good"] is None


@pytest.mark.parametrize("block", [1, 2, 3, 5, 7, 11, 1 << 16])
@pytest.mark.parametrize("name", SOUND)
def test_a_word_may_lie_across_blocks_of_the_file(tmp_path, monkeypatch, name, block):
    monkeypatch.setattr(text, "_BLOCK", block)
    (tmp_path / "vectors").write_bytes(SOUND[name])
    assert read(tmp_path / "vectors", "good", "film") == {"good": GOOD, "film": np.float32(FILM).tolist()}


def test_words_may_hold_spaces_and_any_bytes(tmp_path):
    path = tmp_path / "vectors"
    path.write_bytes("at name@x.org 1 2\n. . 3 4\né 5 6\n".encode() + b"\xff 7 8\n")
    assert read(path, "at name@x.org", ". .", disguised("é")) == {
        "at name@x.org": [1, 2],
        ". .": [3, 4],
        disguised("é"): [5, 6],
        "ÿ": None,
    }
    path.write_bytes(binary((b"\xff", GOOD), ("é".encode(), FILM)))
    assert read(path, disguised("é")) == {"ÿ": None, disguised("é"): np.float32(FILM).tolist()}


@pytest.mark.parametrize(
    "written, said",
    [
        (b"good 1 2 3\nfilm 1 2\n", "line 2: expected a word and 3 numbers as on the lines before, got 2"),
        (b"good 1 2 3\nfilm 1 2 3 4\n", "line 2: expected a word and 3 numbers as on the lines before, got 4"),
        (b"good 1 2 3\nfilm\n", "line 2: expected a word and 3 numbers as on the lines before, got 0"),
        (b"good 1 2 3\nfilm 1 x 3\n", "line 2: expected 3 numbers after the word, got 'x'"),
        (b"good 1 2 3\nother 1 x 3\n", "line 2: expected 3 numbers after the word, got 'x'"),
        (b"good 1 2 3\nfilm 1 nan 3\n", "line 2: expected 3 numbers after the word, got 'nan'"),
        (b"good 1 2 3\nfilm 1 1e99 3\n", "line 2: a number that is not finite"),
        (b"good 1 2 3\nfilm 1 1-2 3\n", "line 2: expected 3 numbers after the word; one is none: could not convert"),
        (b"3 3\ngood 1 2 3\nfilm 1 2 3\n", "cut short: line 1 promises 3 words, there are 2; copy the file again"),
        (b"1 3\ngood 1 2 3\nfilm 1 2 3\n", "line 3: one word more than the 1 that line 1 promises"),
    ],
)
def test_a_broken_line_is_named(tmp_path, written, said):
    (tmp_path / "vectors.txt").write_bytes(written)
    with pytest.raises(DataError, match=said):
        read(tmp_path / "vectors.txt", "good", "film")


@pytest.mark.parametrize("bytes_lost", [1, 3, 12, 13, 16, 17])
def test_a_binary_file_cut_short_is_refused_wherever_it_ends(tmp_path, bytes_lost):
    (tmp_path / "vectors.bin").write_bytes(SOUND["binary"][:-bytes_lost])
    with pytest.raises(DataError, match=r"vectors\.bin: cut short in word 2 of 2, at byte 21: expected .* 12 bytes"):
        read(tmp_path / "vectors.bin", "good")


def test_a_binary_file_that_goes_on_is_refused(tmp_path):
    (tmp_path / "vectors.bin").write_bytes(SOUND["binary"] + b"more")
    with pytest.raises(DataError, match="goes on at byte 38, after the 2 words"):
        read(tmp_path / "vectors.bin")


def test_numbers_without_a_word_are_no_binary_file(tmp_path):
    (tmp_path / "vectors.bin").write_bytes(b"9 3\n" + b"\x01" * 200_000)
    with pytest.raises(DataError, match="no space after a word in word 1 of 9, at byte 4"):
        read(tmp_path / "vectors.bin")


def test_a_number_that_is_not_finite_is_refused(tmp_path):
    (tmp_path / "vectors.bin").write_bytes(binary((b"good", [1, float("nan")])))
    with pytest.raises(DataError, match=r"vectors\.bin word 1: a number that is not finite"):
        read(tmp_path / "vectors.bin", "good")
