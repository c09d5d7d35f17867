import json
import os
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


@pytest.mark.parametrize(
    "content", ["[" * 10**6, '{"format": 1' + "0" * 9999, "\udc80", '{"files": {"a": [1, 2]}, "format": 1}']
)
def test_json_that_is_a_trap_is_refused(folder, content):
    (folder / "export.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(FolderError, match=r"export\.json: damaged"):
        manifest.read(folder)


def test_a_list_of_a_terabyte_and_a_pipe_are_refused_unread(folder):
    os.truncate(folder / "export.json", 2**40)
    with pytest.raises(FolderError, match=r"export\.json: damaged"):
        manifest.read(folder)
    (folder / "export.json").unlink()
    os.mkfifo(folder / "export.json")
    with pytest.raises(FolderError, match=r"export\.json: missing"):
        manifest.read(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "runtime/../../secret", "pipe", "/dev/zero"])
def test_a_list_that_names_files_elsewhere_is_refused_and_they_are_not_read(folder, name):
    os.mkfifo(folder / "pipe")
    (folder.parent / "secret").write_text("x")
    about = json.loads((folder / "export.json").read_text())
    about["files"][name] = {"bytes": 1, "sha256": "0"}
    (folder / "export.json").write_text(json.dumps(about))
    with pytest.raises(FolderError, match=r"which is no file of the folder|pipe: missing"):
        manifest.read(folder)


def test_a_large_file_is_told_from_the_one_that_was_written_without_reading_it(folder):
    os.truncate(folder / "model.onnx", 2**40)
    with pytest.raises(FolderError, match="which has 5 bytes; this one has 1099511627776"):
        manifest.read(folder)


def test_an_export_of_another_format_says_so(folder):
    about = json.loads((folder / "export.json").read_text())
    (folder / "export.json").write_text(json.dumps({**about, "format": 9}))
    with pytest.raises(FolderError, match="in format 9, and this program reads format 1"):
        manifest.read(folder)


def test_what_is_said_later_is_read_with_the_files_as_they_are_now(folder):
    (folder / "model.onnx").write_bytes(b"smaller")
    with pytest.raises(FolderError, match=r"model\.onnx: not the file"):
        manifest.read(folder)
    assert manifest.renew(folder, {"more": 1}) == {"text": "review", "more": 1}
    assert manifest.read(folder)["more"] == 1
