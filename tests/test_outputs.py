import os
from pathlib import Path

import pytest

from atrous.errors import OutputExists
from atrous.outputs import check, check_work, is_finished, new_file, new_folder, unfinished


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


def test_what_stops_a_replacement_half_way_leaves_the_old_one(tmp_path, monkeypatch):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "mark").write_text("old")
    rename, calls = Path.rename, []

    def stopped(path, target):
        calls.append(path)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return rename(path, target)

    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "ours", force=True, marks=["mark"]) as fresh:
        (fresh / "mark").write_text("new")
        monkeypatch.setattr(Path, "rename", stopped)
    assert (tmp_path / "ours" / "mark").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["ours"]


def test_the_loser_of_a_race_does_not_destroy_what_the_winner_wrote(tmp_path):
    """Both looked before either had written."""
    with pytest.raises(OutputExists, match="there already"), new_file(tmp_path / "answers.csv", force=False) as mine:
        mine.write_text("late")
        with new_file(tmp_path / "answers.csv", force=False) as theirs:
            theirs.write_text("first")
    with (
        pytest.raises(OutputExists, match="there already"),
        new_folder(tmp_path / "model", force=False, marks=["mark"]) as mine,
    ):
        (mine / "mark").write_text("late")
        with new_folder(tmp_path / "model", force=False, marks=["mark"]) as theirs:
            (theirs / "mark").write_text("first")
    assert (tmp_path / "answers.csv").read_text() == (tmp_path / "model" / "mark").read_text() == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.csv", "model"]


@pytest.mark.parametrize("opened", ["file", "folder"])
def test_a_full_disk_is_said_of_the_output_that_the_user_named(tmp_path, opened):
    for error in (OSError(28, "No space left on device"), lambda path: OSError(28, "No space", str(path / "x"))):
        opening = (
            new_file(tmp_path / "out", force=False)
            if opened == "file"
            else new_folder(tmp_path / "out", force=False, marks=["mark"])
        )
        with pytest.raises(OSError, match="No space") as caught, opening as fresh:
            raise error if isinstance(error, OSError) else error(fresh)
        assert caught.value.filename == str(tmp_path / "out")
        assert list(tmp_path.iterdir()) == []


MARKS = ["config.toml"]


def job(out, *, force=False, resume=False):
    return unfinished(out, force=force, resume=resume, marks=MARKS)


def test_work_outlives_what_ends_the_job_and_is_found_again(tmp_path):
    out = tmp_path / "new" / "model"
    with pytest.raises(KeyboardInterrupt), job(out) as work:
        assert not work.resumed
        (work.folder / "last.ckpt").write_text("half way")
        raise KeyboardInterrupt
    with job(out, resume=True) as work:
        assert work.resumed
        assert (work.folder / "last.ckpt").read_text() == "half way"
        work.done()
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]
    assert list((tmp_path / "new").iterdir()) == []


def test_a_job_that_left_nothing_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="no rows"), job(tmp_path / "new" / "model"):
        raise ValueError("no rows")
    assert list(tmp_path.iterdir()) == []


def test_unfinished_work_is_neither_lost_nor_taken_up_unasked(tmp_path):
    out = tmp_path / "model"
    with job(out) as work:
        (work.folder / "deep").mkdir()
        (work.folder / "deep" / "last.ckpt").touch()
    for refuse in (lambda: check_work(out, force=False, resume=False, marks=MARKS), lambda: job(out).__enter__()):
        with pytest.raises(OutputExists, match=r"model.unfinished: an unfinished run is there; go on .* --resume"):
            refuse()
    check_work(out, force=False, resume=True, marks=MARKS)
    with job(out, force=True) as work:
        assert not work.resumed
    assert not out.with_name("model.unfinished").exists()


def test_a_folder_that_only_looks_like_unfinished_work_is_never_emptied(tmp_path):
    theirs = tmp_path / "model.unfinished"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("precious")
    for options in ({}, {"force": True}, {"resume": True}):
        with pytest.raises(OutputExists, match="something else is in it"), job(tmp_path / "model", **options):
            pass
    assert (theirs / "thesis.txt").read_text() == "precious"


def test_two_jobs_cannot_write_one_folder_at_once(tmp_path):
    out = tmp_path / "model"
    with job(out) as work:
        (work.folder / "last.ckpt").touch()
        for options in ({}, {"force": True}, {"resume": True}):
            with pytest.raises(OutputExists, match="another run is writing it; wait for it"), job(out, **options):
                pass
        with pytest.raises(OutputExists, match="another run is writing it; wait for it"):
            check_work(out, force=False, resume=True, marks=MARKS)
        assert (work.folder / "last.ckpt").is_file()


def test_a_job_is_finished_when_its_output_is_there_and_its_work_is_not(tmp_path):
    out = tmp_path / "model"
    assert not is_finished(out, marks=MARKS)
    with job(out) as work:
        (work.folder / "last.ckpt").touch()
        with new_folder(out, force=False, marks=MARKS) as folder:
            (folder / "config.toml").touch()
        assert not is_finished(out, marks=MARKS)
        work.done()
    assert is_finished(out, marks=MARKS)
    with pytest.raises(OutputExists, match="there already"), job(out):
        pass


def test_work_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputExists, match="is a file, not a folder"), job(tmp_path / "file" / "model"):
        pass


def test_what_killed_runs_left_beside_an_output_goes_once_it_is_there(tmp_path):
    out = tmp_path / "model"
    left = tmp_path / ".model.0123abcd"
    kept = [tmp_path / name for name in (".model.notes", ".model.0123abce", ".other.0123abcd", "model.0123abcd")]
    for folder in (left, *kept):
        folder.mkdir()
        (folder / ("config.toml" if folder != kept[1] else "thesis.txt")).touch()
    with job(out) as work:
        work.done()
    assert left.exists()  # there is no output yet
    with job(out) as work:
        with new_folder(out, force=False, marks=MARKS) as folder:
            (folder / "config.toml").touch()
        work.done()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["model", *(folder.name for folder in kept)])
