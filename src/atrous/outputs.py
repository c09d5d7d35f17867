"""Outputs appear whole or not at all, and nothing that is there is replaced unasked."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from atrous.errors import OutputExists

Destination = str | PathLike[str]


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
        if not target.exists():
            fresh.rename(target)
            return
        with _beside(target, out, folder=True, option=option) as old:
            target.rename(old)
            try:
                fresh.rename(target)
            except OSError:
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
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True) if folder else fresh.unlink(missing_ok=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()
