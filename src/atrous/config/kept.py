"""The settings of a trained model, as its folder keeps them: below the format and the version that wrote it. No torch.

They say what the folder is, so that a wrong one is refused before anything heavy is loaded.
"""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path

from pydantic import ValidationError

from atrous import __version__
from atrous.config.fields import Settings
from atrous.config.reading import dump, tree_of, unread
from atrous.errors import FolderError
from atrous.runtime.manifest import MANIFEST

FORMAT = 1  # raised when a folder written by one version cannot be read by the version before
SIZE = 2**20  # bytes of the settings, at most
SETTINGS, VOCABULARY = "config.toml", "vocabulary.json"
REMEDY = "the folder is damaged or was changed by hand: copy or train the model again"


def text_of(file: Path, most: int) -> str:
    """The text of a file of a model folder, which has at most so many bytes.

    Raises FolderError, naming the file, if it is missing, larger, no plain file (a pipe never ends) or unreadable, and
    UnicodeDecodeError if it is not UTF-8.
    """
    try:
        if not file.is_file():
            raise FolderError(f"{file}: {'not a plain file' if file.exists() else 'missing'}; {REMEDY}")
        with file.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise FolderError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    if len(content) > most:
        raise FolderError(f"{file}: larger than the {most:,} bytes that such a file may have; {REMEDY}")
    return content.decode("utf-8")


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
        tree = tree_of(text_of(file, SIZE))
    except (ValueError, RecursionError) as error:
        raise FolderError(f"{file}: not TOML ({unread(error)}); {REMEDY}") from error
    version, writer = tree.pop("format", None), tree.pop("atrous", None)
    writer = writer if isinstance(writer, str) and len(writer) < 40 else "an unknown version"
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version < 10**6:
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
