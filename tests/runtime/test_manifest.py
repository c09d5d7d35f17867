import json
import re

import pytest

from atrous.errors import FolderError
from atrous.runtime import manifest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "runtime").mkdir()
    (tmp_path / "model.onnx").write_bytes(b"graph")
    (tmp_path / "runtime" / "one.py").write_text("1\n")
    manifest.write(tmp_path, {"text": "review"})
    return tmp_path


def test_a_whole_export_gives_what_was_said_of_it(folder):
    about = manifest.read(folder)
    assert about["text"] == "review"
    assert list(about["files"]) == ["model.onnx", "runtime/one.py"]


@pytest.mark.parametrize("name", ["model.onnx", "runtime/one.py", "export.json"])
def test_a_missing_file_is_named_with_what_to_do(folder, name):
    (folder / name).unlink()
    with pytest.raises(
        FolderError, match=rf"{re.escape(str(folder / name))}: missing; copy the whole export again, or"
    ):
        manifest.read(folder)


@pytest.mark.parametrize(
    "content, words",
    [
        (b"another graph", "export.json lists, which has 5 bytes; this one has 13; copy the whole export again"),
        (b"graqh", "as long, but changed or of another export; copy the whole export again"),
        (b"", "which has 5 bytes; this one has 0"),
    ],
)
def test_a_file_of_another_export_is_named(folder, content, words):
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(FolderError, match=rf"model\.onnx: .*{words}"):
        manifest.read(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1, "files": {"a": 3}}', '{"format": 1, "files": []}'])
def test_a_list_of_files_that_is_none_is_refused(folder, content):
    (folder / "export.json").write_text(content)
    with pytest.raises(FolderError, match=r"export\.json: damaged"):
        manifest.read(folder)


def test_an_export_of_another_format_says_so(folder):
    about = json.loads((folder / "export.json").read_text())
    (folder / "export.json").write_text(json.dumps({**about, "format": 9}))
    with pytest.raises(FolderError, match="in format 9, and this program reads format 1"):
        manifest.read(folder)
