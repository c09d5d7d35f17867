import os

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
    with pytest.raises(OutputExists, match="a folder with something else in it"):
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


def test_folders_made_on_the_way_go_again_when_nothing_came_of_it(tmp_path):
    for opened in (
        new_folder(tmp_path / "a" / "b" / "out", force=False, marks=["mark"]),
        new_file(tmp_path / "c" / "out.txt", force=False),
    ):
        with pytest.raises(RuntimeError), opened:
            raise RuntimeError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("force", [False, True])
def test_a_device_or_a_pipe_is_never_replaced_by_a_file(tmp_path, force):
    os.mkfifo(tmp_path / "pipe")
    for path, marks in (("/dev/null", []), (tmp_path / "pipe", []), (tmp_path / "pipe", ["mark"])):
        with pytest.raises(OutputExists, match="neither a file nor a folder"):
            check(path, force=force, marks=marks)


def test_what_a_link_points_to_is_replaced_and_the_link_stays(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "mark").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with new_folder(tmp_path / "link", force=True, marks=["mark"]) as folder:
        (folder / "mark").write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "mark").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]


def test_a_name_that_no_file_system_takes_is_refused_in_words(tmp_path):
    with pytest.raises(OutputExists, match="cannot be written"):
        check(tmp_path / ("x" * 300), force=False)
