"""What an export holds: its files with their sizes and hashes, so that none is missing or another's.

Needs the standard library alone; every export carries a copy of this file.
"""

from __future__ import annotations

import hashlib
import json
from os import PathLike
from pathlib import Path
from typing import Any

from atrous.errors import FolderError

MANIFEST = "export.json"
FORMAT = 1  # raised when an export written by one version cannot be run by the version before
REMEDY = "copy the whole export again, or write it anew: atrous export MODEL FOLDER --force"


def write(folder: Path, about: dict[str, Any]) -> None:
    """Write export.json: what is said about the model, and the size and SHA-256 of every file beside it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): _measured(path) for path in paths}
    text = json.dumps({"format": FORMAT, **about, "files": files}, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read(folder: str | PathLike[str]) -> dict[str, Any]:
    """What export.json says, once every file that it lists is there and is the one that was written.

    Raises FolderError, naming the file and what to do, if one is missing, cut short or not of this export.
    """
    place = Path(folder)
    try:
        about = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        version, files = about["format"], about["files"]
        wanted = {name: (one["bytes"], one["sha256"]) for name, one in files.items()}
    except FileNotFoundError:
        raise FolderError(f"{place / MANIFEST}: missing; {REMEDY}") from None
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise FolderError(f"{place / MANIFEST}: damaged, it does not list the files of an export; {REMEDY}") from error
    if version != FORMAT:
        raise FolderError(f"{place / MANIFEST}: in format {version}, and this program reads format {FORMAT}; {REMEDY}")
    for name, (size, digest) in wanted.items():
        path = place / name
        if not path.is_file():
            raise FolderError(f"{path}: missing; {REMEDY}")
        found = _measured(path)
        if found["bytes"] != size:
            raise FolderError(
                f"{path}: not the file that {MANIFEST} lists, which has {size:,} bytes; this one has "
                f"{found['bytes']:,}; {REMEDY}"
            )
        if found["sha256"] != digest:
            raise FolderError(
                f"{path}: not the file that {MANIFEST} lists: as long, but changed or of another export; {REMEDY}"
            )
    return dict(about)


def _measured(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
