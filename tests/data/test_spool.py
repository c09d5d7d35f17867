import gc
from pathlib import Path

import numpy as np
import pytest

from atrous.data import spool as module
from atrous.data.spool import Spool
from atrous.errors import DataError


@pytest.fixture(params=["in memory", "in a file"])
def held(request, monkeypatch):
    if request.param == "in a file":
        monkeypatch.setattr(module, "HELD", 10)
        monkeypatch.setattr(module, "_BLOCK", 7)  # no multiple of an item


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.uint8, ">u8"])
def test_what_was_added_is_read(held, tmp_path, dtype, shape):
    parts = [np.arange(n * 3).reshape(-1, *shape).astype(dtype) for n in (2, 0, 1, 5)]
    spool = Spool(dtype, shape=shape, folder=tmp_path)
    for part in parts:
        spool.add(part)
    spool.add(parts[0].tobytes())
    assert spool.size == sum(part.nbytes for part in parts) + parts[0].nbytes
    expected = np.concatenate([*parts, parts[0]])
    found = spool.read()
    np.testing.assert_array_equal(found, expected)
    assert (found.dtype, found.flags.writeable) == (np.dtype(dtype), False)


def test_nothing_is_an_empty_array():
    assert Spool(np.int32, shape=(4,)).read().shape == (0, 4)


def test_numbers_of_another_type_are_converted(held):
    spool = Spool(np.int64)
    spool.add(np.array([1, 2], np.int32))
    assert spool.read().tolist() == [1, 2]


def files_in(folder):
    """The files without a name that this process holds open there."""
    held = (str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
    return [path for path in held if path.startswith(str(folder))]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list open files")
def test_the_file_has_no_name_and_goes_with_its_last_array(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HELD", 10)
    spool = Spool(np.int32, folder=tmp_path)
    spool.add(np.arange(100, dtype=np.int32))
    assert list(tmp_path.iterdir()) == []
    assert len(files_in(tmp_path)) == 1
    found = spool.read()[5:]
    del spool
    assert found[0] == 5
    assert len(files_in(tmp_path)) == 1  # the map holds it
    del found
    gc.collect()
    assert files_in(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_refused_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HELD", 10)
    spool = Spool(np.int32, folder=tmp_path / "gone")
    with pytest.raises(DataError, match=r"gone: 400 bytes of tokens cannot be written there \(No such file.*TMPDIR"):
        spool.add(np.arange(100, dtype=np.int32))
