import json
import struct

import pytest
import torch

from atrous.bundle.weights import read, shapes, write
from atrous.errors import FolderError


def test_what_is_written_is_read_and_the_head_tells_the_shapes(tmp_path):
    made = {"a": torch.randn(2, 3), "b.c": torch.randn(4)}
    write(made, tmp_path / "w")
    assert shapes(tmp_path / "w") == {"a": (2, 3), "b.c": (4,)}
    found = read(tmp_path / "w")
    assert all(torch.equal(found[name], one) for name, one in made.items())


def head(values, after=b""):
    written = values if isinstance(values, bytes) else json.dumps(values).encode()
    return struct.pack("<Q", len(written)) + written + after


HOSTILE = {
    "nothing": b"",
    "a head of 2^60 bytes": struct.pack("<Q", 2**60) + b"{}",
    "a tensor of 10^15 numbers": head({"a": {"dtype": "F32", "shape": [10**15], "data_offsets": [0, 4 * 10**15]}}),
    "a shape of more than its bytes": head({"a": {"dtype": "F32", "shape": [10**9], "data_offsets": [0, 4]}}, bytes(4)),
    "a shape that overflows": head({"a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}, bytes(4)),
    "offsets that overlap": head(
        {name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for name in "ab"}, bytes(4)
    ),
    "a deep head": head(b'{"a":' * 10_000),
    "not JSON": head(b"hello"),
    "bytes that no tensor has": head({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(100)),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_head_that_lies_is_refused(tmp_path, content):
    (tmp_path / "w").write_bytes(content)
    with pytest.raises(FolderError, match="w: truncated or not safetensors"):
        shapes(tmp_path / "w")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_refused(tmp_path, number):
    write({"a": torch.zeros(3), "b": torch.tensor([0.5, number])}, tmp_path / "w")
    with pytest.raises(FolderError, match="numbers in 'b' are not finite"):
        read(tmp_path / "w")


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(FolderError, match="w: missing"):
        shapes(tmp_path / "w")
    (tmp_path / "w").mkdir()
    with pytest.raises(FolderError, match="w: not a plain file"):
        shapes(tmp_path / "w")
