import pytest

from atrous.errors import OutputExists
from atrous.outputs import check, new_file, new_folder


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    with pytest.raises(RuntimeError), new_folder(tmp_path / "out", force=False, marks=["mark"]) as folder:
        (folder / "mark").write_text("half")
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with new_folder(tmp_path / "deep" / "out", force=False, marks=["mark"]) as folder:
        (folder / "mark").write_text("whole")
        assert not (tmp_path / "deep" / "out").exists()
    assert (tmp_path / "deep" / "out" / "mark").read_text() == "whole"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_force_replaces_only_what_is_marked_as_ours(tmp_path):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "mark").write_text("old")
    with new_folder(tmp_path / "ours", force=True, marks=["mark"]) as folder:
        (folder / "mark").write_text("new")
    assert (tmp_path / "ours" / "mark").read_text() == "new"
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("precious")
    with pytest.raises(OutputExists, match="a folder that atrous did not write"):
        check(tmp_path / "thesis", force=True, marks=["mark"])


def test_an_empty_folder_may_be_filled(tmp_path):
    with new_folder(tmp_path, force=False, marks=["mark"]) as folder:
        (folder / "mark").write_text("x")
    assert (tmp_path / "mark").exists()


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    with pytest.raises(RuntimeError), new_file(tmp_path / "out.txt", force=False) as path:
        path.write_text("half")
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with new_file(tmp_path / "out.txt", force=False) as path:
        path.write_text("whole")
    assert (tmp_path / "out.txt").read_text() == "whole"
    with pytest.raises(OutputExists, match="replace it with --force"):
        check(tmp_path / "out.txt", force=False)


def test_a_path_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputExists, match="is a file, not a folder"):
        check(tmp_path / "file" / "out", force=False, marks=["mark"])
