"""The settings of a trained model, as its folder keeps them: below the format and the version that wrote it. No torch.

They say what the folder is, so that a wrong one is refused before anything heavy is loaded.
"""

from __future__ import annotations

import json
import tomllib
from os import PathLike
from pathlib import Path

from pydantic import ValidationError

from atrous import __version__
from atrous.config.fields import Settings
from atrous.config.reading import dump
from atrous.errors import FolderError
from atrous.runtime.manifest import MANIFEST

FORMAT = 1  # raised when a folder written by one version cannot be read by the version before
SETTINGS, VOCABULARY = "config.toml", "vocabulary.json"
REMEDY = "the folder is damaged or was changed by hand: copy or train the model again"


def keep(settings: Settings, folder: Path) -> None:
    """Write the settings into a model folder."""
    head = f"# A model of atrous {__version__}.\nformat = {FORMAT}\natrous = {json.dumps(__version__)}\n"
    (folder / SETTINGS).write_text(head + dump(settings), encoding="utf-8")


def kept(path: str | PathLike[str]) -> Settings:
    """The settings that a model folder keeps.

    Raises FolderError, naming what is wrong: no folder, no model folder, damaged, or of a later format.
    """
    folder = Path(path)
    if not folder.is_dir():
        what = "a file, not a model folder" if folder.exists() else "no such model folder"
        raise FolderError(f"{path}: {what}; name a folder that `atrous train --out` wrote")
    file = folder / SETTINGS
    if not file.is_file() and (folder / MANIFEST).is_file():
        raise FolderError(f"{path}: an export, not a model folder; python {folder / 'run.py'} answers with it")
    if not file.is_file():
        raise FolderError(f"{path}: not a model folder, it has no {SETTINGS}; name one that `atrous train --out` wrote")
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FolderError(f"{file}: not TOML ({error}); {REMEDY}") from error
    version, writer = tree.pop("format", None), tree.pop("atrous", "an unknown version")
    if not isinstance(version, int):
        raise FolderError(f"{file}: the settings of a run, not of a model: it names no format; {REMEDY}")
    if version > FORMAT:
        raise FolderError(
            f"{file}: written by atrous {writer} in format {version}, and this is atrous {__version__}, "
            f"which reads formats up to {FORMAT}; install atrous {writer} or later"
        )
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise FolderError(
            f"{file}: written by atrous {writer}; its setting {key!r} is not understood by atrous "
            f"{__version__}: {first['msg']}; install atrous {writer}, or train the model again"
        ) from error
