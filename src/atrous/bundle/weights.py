"""The weights of a model as a safetensors file: nothing of a stranger's is believed before it is checked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from atrous.config.kept import REMEDY
from atrous.errors import FolderError, quoted


def write(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write named tensors. Raises OSError, with the path, if the disk does not take them."""
    try:
        save_file({name: tensor.contiguous() for name, tensor in weights.items()}, path)
    except SafetensorError as error:
        # What the disk refused is an OSError, as of every other file.
        number = re.search(r"os error (\d+)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from error


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor in the file, from its head alone, which is held against the file's size.

    Raises FolderError, naming the file, if it is missing, no plain file, truncated or not safetensors.
    """
    if not path.is_file():
        raise FolderError(f"{path}: {'not a plain file' if path.exists() else 'missing'}; {REMEDY}")
    try:
        with safe_open(path, "pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise _not_weights(path, error) from error


def read(path: Path) -> dict[str, Tensor]:
    """The tensors in the file.

    Raises FolderError, naming the file, if it is not safetensors, or if a number in it is not finite.
    """
    try:
        found = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise _not_weights(path, error) from error
    for name, tensor in found.items():
        if not torch.isfinite(tensor).all():
            raise FolderError(f"{path}: numbers in {quoted(name)} are not finite; {REMEDY}")
    return found


def _not_weights(path: Path, error: Exception) -> FolderError:
    return FolderError(f"{path}: truncated or not safetensors ({str(error)[:200]}); {REMEDY}")
