"""Outputs appear whole or not at all, and nothing that is there is replaced unasked."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from atrous.errors import OutputExists

Destination = str | PathLike[str]


def check(out: Destination, *, force: bool, marks: Sequence[str] = ()) -> None:
    """Refuse an output that is there already, before anything is computed for it.

    force: whether it may be replaced.
    marks: what a folder must hold one of to be replaced: `--force` never deletes a folder that is not ours.

    Raises OutputExists.
    """
    path = Path(out)
    if path.is_dir():
        if not any(path.iterdir()):
            return
        if not marks:
            raise OutputExists(f"{out}: a folder is there already; name a file with --out")
        if not any((path / mark).is_file() for mark in marks):
            raise OutputExists(f"{out}: a folder that atrous did not write is there already; name another with --out")
    if path.exists() and marks and not path.is_dir():
        raise OutputExists(f"{out}: a file is there already; name another folder with --out")
    if path.exists() and not force:
        raise OutputExists(f"{out}: there already; name another with --out, or replace it with --force")
    for parent in path.absolute().parents:
        if parent.exists():
            if not parent.is_dir():
                raise OutputExists(f"{out}: {parent} is a file, not a folder; name another with --out")
            break


@contextmanager
def new_folder(out: Destination, *, force: bool, marks: Sequence[str]) -> Iterator[Path]:
    """A fresh folder beside `out` to write into; it takes the name `out` when the block ends without an exception.

    Raises what `check` raises, and OutputExists if the folder cannot be made.
    """
    check(out, force=force, marks=marks)
    target = Path(out).absolute()
    fresh = _beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
    except OSError as error:
        raise OutputExists(f"{out}: cannot be written ({error.strerror}); name another with --out") from error
    try:
        yield fresh
        if target.exists():
            old = _beside(target)
            target.rename(old)
            fresh.rename(target)
            shutil.rmtree(old)
        else:
            fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def new_file(out: Destination, *, force: bool) -> Iterator[Path]:
    """A fresh path beside `out` to write to; it takes the name `out` when the block ends without an exception.

    Raises what `check` raises, and OutputExists if the folder of `out` cannot be written.
    """
    check(out, force=force)
    target = Path(out).absolute()
    fresh = _beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.touch()
    except OSError as error:
        raise OutputExists(f"{out}: cannot be written ({error.strerror}); name another with --out") from error
    try:
        yield fresh
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _beside(target: Path) -> Path:
    # In the same folder, so that the rename at the end stays on one file system.
    return target.parent / f".{target.name}.{secrets.token_hex(4)}"
