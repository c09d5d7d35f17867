"""Everything a run goes on from, in one file that is replaced whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from atrous.errors import DataError

CHECKPOINT = "checkpoint.pt"  # in the folder of a run


def write(state: dict[str, Any], path: Path) -> None:
    """Put a checkpoint in the place of the one that is there: a kill at any moment leaves the old or the new one whole.

    Raises DataError, naming the folder, if it cannot be written; the old one stays.
    """
    fresh = path.with_name(f"{path.name}.new")  # always this name: what a kill left is written over
    try:
        with fresh.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _settle(path.parent)
    except (OSError, RuntimeError) as error:  # torch says RuntimeError of a disk that is full
        fresh.unlink(missing_ok=True)
        cause = error if isinstance(error, OSError) else error.__context__
        reason = cause.strerror if isinstance(cause, OSError) else str(error).splitlines()[0]
        again = "go on with --resume" if path.is_file() else "try again"
        raise DataError(
            f"{path}: the checkpoint cannot be written ({reason}); make room and {again}, or name a folder on another "
            "disk with --out"
        ) from error


def _settle(folder: Path) -> None:
    """Bring the folder's names to the disk, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def read(path: Path) -> dict[str, Any]:
    """The checkpoint in a file, on the CPU; no code in it is run."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
