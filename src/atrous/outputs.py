"""Outputs appear whole or not at all, and nothing that is there is replaced unasked."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from os import PathLike
from pathlib import Path

from atrous.errors import OutputExists

Destination = str | PathLike[str]

_LOCK = "lock"  # in the folder of an unfinished job, held by the process that is at it
_MARK = "README"  # there too: what the folder is
_ABOUT = "What an unfinished run of atrous goes on from with --resume. To give it up, delete this folder.\n"


def check(out: Destination, *, force: bool, marks: Sequence[str] = (), option: str = " with --out") -> None:
    """Refuse an output that is there already, before anything is computed for it.

    force: whether it may be replaced.
    marks: what a folder must hold one of to be replaced: `--force` never deletes a folder that is not ours.
    option: how another name is given, for the message; "" where the output is an argument.

    Raises OutputExists.
    """
    try:
        refusal = _refusal(Path(out), force=force, marks=marks, option=option)
    except OSError as error:
        raise _not_written(out, error, option) from error
    if refusal:
        raise OutputExists(f"{out}: {refusal}")


def _refusal(path: Path, *, force: bool, marks: Sequence[str], option: str) -> str:
    """Why nothing may be written there, and what to do; "" if something may."""
    another = f"name another{' folder' * bool(marks)}{option}"
    if path.is_dir():
        if not marks:
            return f"a folder is there already; name a file{option}"
        if not any(path.iterdir()):
            return ""
        if not any((path / mark).is_file() for mark in marks):
            return f"a folder with something else in it is there already; {another}"
    elif path.exists() and not path.is_file():
        return f"neither a file nor a folder, and would be replaced by one; {another}"  # /dev/null, a pipe
    elif path.exists() and marks:
        return f"a file is there already; {another}"
    if path.exists() and not force:
        return f"there already; {another}, or replace it with --force"
    parent = nearest(path)
    return "" if parent.is_dir() else f"{parent} is a file, not a folder; {another}"


def nearest(out: Destination) -> Path:
    """What is there already of the path to an output: the folder nearest to it, on the same disk most likely.

    >>> nearest("/no such folder/model") == Path("/")
    True
    """
    return next(parent for parent in Path(out).absolute().parents if parent.exists())


def _not_written(out: Destination, error: OSError, option: str) -> OutputExists:
    return OutputExists(f"{out}: cannot be written ({error.strerror}); name another{option}")


@contextmanager
def new_folder(out: Destination, *, force: bool, marks: Sequence[str], option: str = " with --out") -> Iterator[Path]:
    """A fresh folder beside `out` to write into; it takes the name `out` when the block ends without an exception.

    Raises what `check` raises, and OutputExists if the folder cannot be made.
    """
    check(out, force=force, marks=marks, option=option)
    target = Path(out).resolve()
    with _beside(target, out, folder=True, option=option) as fresh:
        yield fresh
        check(out, force=force, marks=marks, option=option)  # another run may have written it in the meantime
        if not target.exists() or not any(target.iterdir()):
            fresh.rename(target)  # fails where something has come in just now
            return
        with _beside(target, out, folder=True, option=option) as old:
            try:
                target.rename(old)
                fresh.rename(target)
            except BaseException:  # a Ctrl-C between the two, too
                if not target.exists():
                    old.rename(target)
                raise


@contextmanager
def new_file(out: Destination, *, force: bool) -> Iterator[Path]:
    """A fresh path beside `out` to write to; it takes the name `out` when the block ends without an exception.

    Raises what `check` raises, and OutputExists if the folder of `out` cannot be written.
    """
    check(out, force=force)
    target = Path(out).resolve()
    with _beside(target, out, folder=False, option=" with --out") as fresh:
        yield fresh
        check(out, force=force)  # another run may have written it in the meantime
        if not force:
            with suppress(OSError):  # of a file system without links
                target.hardlink_to(fresh)  # unlike a rename, never replaces what has come in just now
                return
            check(out, force=force)
        fresh.replace(target)


@contextmanager
def _beside(target: Path, out: Destination, *, folder: bool, option: str) -> Iterator[Path]:
    """A fresh file or folder beside the target; at the end it goes, if it is still there, and parents left empty."""
    # In the same folder, so that the rename at the end stays on one file system.
    fresh = target.parent / f".{target.name}.{secrets.token_hex(4)}"
    made = [parent for parent in target.parents if not parent.exists()]
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh.mkdir() if folder else fresh.touch()
        except OSError as error:
            raise _not_written(out, error, option) from error
        try:
            yield fresh
        except OSError as error:
            # A full disk is said of what the user named; `write` alone does not say of which file it is.
            if error.filename is None or _is_in(fresh, error.filename):
                error.filename = str(out)
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True) if folder else fresh.unlink(missing_ok=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()


def _is_in(folder: Path, name: object) -> bool:
    return isinstance(name, str | PathLike) and Path(name).is_relative_to(folder)


@dataclass
class Work:
    """The folder in which a long job keeps what it can go on from: OUT.unfinished, beside its output.

    resumed: whether an earlier run left something there to go on from.
    """

    folder: Path
    resumed: bool
    finished: bool = False

    def done(self) -> None:
        """There is nothing left to go on with: the folder goes when the block ends."""
        self.finished = True


def work_of(out: Destination) -> Path:
    """Where a job that writes `out` keeps its work.

    >>> work_of("runs/tcn").name
    'tcn.unfinished'
    """
    path = Path(out).resolve()
    return path.with_name(f"{path.name}.unfinished")


def is_finished(out: Destination, *, marks: Sequence[str]) -> bool:
    """Whether a job has written its output and left nothing to go on with: then `--resume` has nothing to do."""
    return any((Path(out) / mark).is_file() for mark in marks) and not _has_work(work_of(out))


def check_work(out: Destination, *, force: bool, resume: bool, marks: Sequence[str]) -> None:
    """Refuse, before anything is computed, what `unfinished` would refuse.

    Raises OutputExists.
    """
    if _is_locked(work_of(out)):
        raise _at_work(out)
    if _has_work(work_of(out)) and not (force or resume):
        raise _left_unfinished(out)
    check(out, force=force or resume, marks=marks)


@contextmanager
def unfinished(out: Destination, *, force: bool, resume: bool, marks: Sequence[str]) -> Iterator[Work]:
    """The work folder of a job that writes `out` with `new_folder`, for this process alone.

    It outlives the job, whatever ends it, unless the job says `done` or has left nothing in it.
    force: begin anew, and replace what is there. resume: go on from what an earlier run left.

    Raises what `check` raises, and OutputExists if another process is at it, or if there is unfinished work and
    neither force nor resume is given.
    """
    from filelock import FileLock, Timeout

    check(out, force=force or resume, marks=marks)
    folder = work_of(out)
    if _has_work(folder) and not (folder / _MARK).is_file():
        raise OutputExists(
            f"{folder}: would hold the run's work, and something else is in it; name another folder with --out"
        )
    made = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_written(out, error, " with --out") from error
    lock = FileLock(folder / _LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise _at_work(out) from None
    except OSError as error:
        raise _not_written(out, error, " with --out") from error
    if not (folder / _LOCK).exists():  # the process that had it has just finished
        lock.release()
        raise _at_work(out)
    work: Work | None = None
    try:
        if _has_work(folder) and not (force or resume):
            raise _left_unfinished(out)
        if force and not resume:
            _empty(folder)
        (folder / _MARK).write_text(_ABOUT, encoding="utf-8")
        work = Work(folder, resumed=_has_work(folder))
        yield work
    finally:
        if work is not None and work.finished:
            _sweep(Path(out).resolve(), marks)
        over = not _has_work(folder) or (work is not None and work.finished)
        if over:
            _empty(folder)
            for name in (_MARK, _LOCK):
                (folder / name).unlink(missing_ok=True)
        lock.release()
        for gone in [folder, *made] if over else []:
            with suppress(OSError):
                gone.rmdir()


def _is_locked(folder: Path) -> bool:
    """Whether a process is at work there now."""
    from filelock import FileLock, Timeout

    if not (folder / _LOCK).exists():
        return False
    try:
        with FileLock(folder / _LOCK, blocking=False):
            return False
    except Timeout:
        return True
    except OSError:  # who may not write there is told so by whoever writes
        return False


def _has_work(folder: Path) -> bool:
    return folder.is_dir() and any(path.name not in (_LOCK, _MARK) for path in folder.iterdir())


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name not in (_LOCK, _MARK):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _sweep(target: Path, marks: Sequence[str]) -> None:
    """Take away what runs left beside the target that were killed while they put it in its place, or the old one away.

    Only while the target is there: else what is left may be all that is left of it.
    """
    for path in target.parent.glob(f".{escape(target.name)}.*") if target.is_dir() else ():
        ours = re.fullmatch(r"\.[0-9a-f]{8}", path.suffix) and path.is_dir() and not path.is_symlink()
        if ours and (not any(path.iterdir()) or any((path / mark).is_file() for mark in marks)):
            shutil.rmtree(path, ignore_errors=True)


def _left_unfinished(out: Destination) -> OutputExists:
    return OutputExists(
        f"{work_of(out)}: an unfinished run is there; go on with it with --resume, begin anew with --force, "
        "or name another folder with --out"
    )


def _at_work(out: Destination) -> OutputExists:
    return OutputExists(f"{out}: another run is writing it; wait for it, or name another folder with --out")
