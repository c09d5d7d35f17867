"""What an export holds: its files with their sizes and hashes, so that none is missing or another's.

Needs the standard library alone; every export carries a copy of this file.
"""

from __future__ import annotations

import hashlib
import json
from os import PathLike
from pathlib import Path, PurePath
from typing import Any

from atrous.errors import FolderError

MANIFEST = "export.json"
SIZE = 2**26  # bytes of a JSON file, at most: a vocabulary of a million words has a third of it
FORMAT = 1  # raised when an export written by one version cannot be run by the version before
REMEDY = "copy the whole export again, or write it anew: atrous export MODEL FOLDER --force"


def write(folder: Path, about: dict[str, Any]) -> None:
    """Write export.json: what is said about the model, and the size and SHA-256 of every file beside it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): _measured(path) for path in paths}
    (folder / MANIFEST).write_text(_text({"format": FORMAT, **about, "files": files}), encoding="utf-8")


def renew(folder: Path, more: dict[str, Any]) -> dict[str, Any]:
    """Say more in export.json, and measure the files that it lists anew; returns what it says now."""
    about = parsed(folder / MANIFEST) | more
    about["files"] = {name: _measured(folder / name) for name in about["files"]}
    (folder / MANIFEST).write_text(_text(about), encoding="utf-8")
    return {name: said for name, said in about.items() if name not in ("format", "files")}


def read(folder: str | PathLike[str]) -> dict[str, Any]:
    """What export.json says, once every file that it lists is there and is the one that was written.

    Raises FolderError, naming the file and what to do, if one is missing, cut short or not of this export.
    """
    place = Path(folder)
    about = parsed(place / MANIFEST)
    try:
        version, files = about["format"], about["files"]
        wanted = {name: (one["bytes"], one["sha256"]) for name, one in files.items()}
    except (TypeError, LookupError, AttributeError) as error:
        raise FolderError(f"{place / MANIFEST}: damaged, it does not list the files of an export; {REMEDY}") from error
    if version != FORMAT:
        raise FolderError(
            f"{place / MANIFEST}: in format {str(version)[:40]}, and this program reads format {FORMAT}; {REMEDY}"
        )
    for name, (size, digest) in wanted.items():
        path = place / name
        if PurePath(name).is_absolute() or ".." in PurePath(name).parts:
            raise FolderError(f"{place / MANIFEST}: lists {name[:60]!r}, which is no file of the folder; {REMEDY}")
        if not path.is_file():
            raise FolderError(f"{path}: missing; {REMEDY}")
        there = path.stat().st_size  # before it is read
        if there != size:
            raise FolderError(
                f"{path}: not the file that {MANIFEST} lists, which has {str(size)[:20]} bytes; this one has {there}; "
                f"{REMEDY}"
            )
        if _measured(path)["sha256"] != digest:
            raise FolderError(
                f"{path}: not the file that {MANIFEST} lists: as long, but changed or of another export; {REMEDY}"
            )
    return dict(about)


def parsed(path: Path) -> dict[str, Any]:
    """What a JSON file of an export says.

    Raises FolderError, naming the file, if it is missing, no plain file, far too large or no JSON object.
    """
    try:
        if not path.is_file():
            raise FolderError(f"{path}: missing; {REMEDY}")
        with path.open("rb") as file:
            content = file.read(SIZE + 1)
        about = json.loads(content.decode("utf-8")) if len(content) <= SIZE else None
    except (OSError, ValueError, RecursionError) as error:
        raise FolderError(f"{path}: damaged, not the JSON of an export; {REMEDY}") from error
    if not isinstance(about, dict):
        raise FolderError(f"{path}: damaged, not the JSON of an export; {REMEDY}")
    return about


def _text(about: dict[str, Any]) -> str:
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _measured(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
