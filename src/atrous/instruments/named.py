"""What a user means who names a model: a trained one, or settings before any training."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from atrous.bundle.folder import load as load_bundle
from atrous.bundle.trained import Bundle
from atrous.config import ENCODE_SETTINGS, Settings, load
from atrous.errors import ConfigError, suggestion


def meant(
    given: Bundle | str | PathLike[str], overrides: Sequence[str] = (), *, task: str | None = None
) -> Bundle | Settings:
    """A Bundle, or a model folder, as a Bundle; a settings file (TOML), or the name of an encoder, as settings.

    overrides: settings that stand above those of the file or the encoder, such as "encode.depth=6".
    task: what is to be answered, where settings do not say it.

    >>> meant("tcn", ["encode.depth=2"]).encode.depth
    2

    Raises ConfigError if there is no such thing or the settings have mistakes, and FolderError for a folder that cannot
    be loaded.
    """
    if isinstance(given, Bundle) or (Path(given).is_dir() and fspath(given) not in ENCODE_SETTINGS):
        if overrides:
            raise ConfigError("--set: a trained model keeps its own settings; name a settings file or an encoder")
        return given if isinstance(given, Bundle) else load_bundle(given)
    name, assumed = fspath(given), None if task is None else {"task": task}
    if name in ENCODE_SETTINGS:
        return load(None, overrides, encode=name, assumed=assumed)
    if Path(name).exists() or name.endswith(".toml"):
        return load(name, overrides, assumed=assumed)
    raise ConfigError(
        f"{name}: no model folder, settings file or encoder of that name{suggestion(name, ENCODE_SETTINGS)}; "
        f"the encoders are {', '.join(ENCODE_SETTINGS)}"
    )
