"""A model as a folder of plain files: settings, weights, vocabulary, scores, and a card to read. Never pickle."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

import atrous
from atrous.bundle.card import card
from atrous.bundle.trained import Bundle
from atrous.config import Settings, dump
from atrous.data.text import Source
from atrous.errors import FolderError
from atrous.layers import fold
from atrous.outputs import new_folder
from atrous.runtime.tokeniser import Tokeniser

FORMAT = 1  # raised when a folder written by one version cannot be read by the version before
SETTINGS, WEIGHTS, VOCABULARY, SCORES, CARD = (
    "config.toml",
    "model.safetensors",
    "vocabulary.json",
    "scores.json",
    "README.md",
)


def save(bundle: Bundle, out: Source, *, force: bool = False) -> None:
    """Write the bundle as a folder that appears whole or not at all.

    Raises OutputExists if something is there already, unless force says to replace a model folder.
    """
    with new_folder(out, force=force, marks=[SETTINGS]) as folder:
        write(bundle, folder)


def write(bundle: Bundle, folder: Path) -> None:
    """Write the files of the bundle into a folder that is there."""
    fold(bundle.model)
    head = f"# A model of atrous {atrous.__version__}.\nformat = {FORMAT}\natrous = {json.dumps(atrous.__version__)}\n"
    (folder / SETTINGS).write_text(head + dump(bundle.settings), encoding="utf-8")
    vocabulary = {"tokeniser": bundle.tokeniser.to_json(), "labels": list(bundle.labels)}
    (folder / VOCABULARY).write_text(_json(vocabulary), encoding="utf-8")
    (folder / SCORES).write_text(_json(bundle.scores), encoding="utf-8")
    (folder / CARD).write_text(card(bundle), encoding="utf-8")
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in bundle.model.state_dict().items()}
    save_file(weights, folder / WEIGHTS)


def load(path: Source) -> Bundle:
    """The bundle that a model folder holds, at evaluation, on the CPU.

    Raises FolderError, naming the file and what is wrong with it: no folder, no model folder, a file that is missing,
    truncated or of another model, a folder of a later format.
    """
    folder = Path(path)
    if not folder.is_dir():
        what = "a file, not a model folder" if folder.exists() else "no such model folder"
        raise FolderError(f"{path}: {what}; name a folder that `atrous train --out` wrote")
    if not (folder / SETTINGS).is_file():
        raise FolderError(f"{path}: not a model folder, it has no {SETTINGS}; name one that `atrous train --out` wrote")
    settings = _settings(folder / SETTINGS)
    vocabulary = _read_json(folder / VOCABULARY)
    labels = vocabulary.get("labels")
    if not isinstance(labels, list) or len(labels) < 2 or not all(isinstance(label, str) for label in labels):
        raise FolderError(f"{folder / VOCABULARY}: no list of two labels or more; {_REMEDY}")
    try:
        tokeniser = Tokeniser.from_json(vocabulary.get("tokeniser"))
    except FolderError as error:
        raise FolderError(f"{folder / VOCABULARY}: {error}") from error
    bundle = Bundle.fresh(settings, tokeniser, tuple(labels))
    bundle.scores = _read_json(folder / SCORES)
    _fill(bundle, folder / WEIGHTS)
    return bundle


_REMEDY = "the folder is damaged or was changed by hand: copy or train the model again"


def _settings(path: Path) -> Settings:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FolderError(f"{path}: not TOML ({error}); {_REMEDY}") from error
    version, writer = tree.pop("format", None), tree.pop("atrous", "an unknown version")
    if not isinstance(version, int):
        raise FolderError(f"{path}: the settings of a run, not of a model: it names no format; {_REMEDY}")
    if version > FORMAT:
        raise FolderError(
            f"{path}: written by atrous {writer} in format {version}, and this is atrous {atrous.__version__}, "
            f"which reads formats up to {FORMAT}; install atrous {writer} or later"
        )
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise FolderError(
            f"{path}: written by atrous {writer}; its setting {key!r} is not understood by atrous "
            f"{atrous.__version__}: {first['msg']}; install atrous {writer}, or train the model again"
        ) from error


def _fill(bundle: Bundle, path: Path) -> None:
    """Put the weights in the file into the bundle's model."""
    if not path.is_file():
        raise FolderError(f"{path}: missing; {_REMEDY}")
    model = fold(bundle.model).eval()
    try:
        weights = load_file(path)
    except (SafetensorError, OSError) as error:
        raise FolderError(f"{path}: truncated or not safetensors ({error}); {_REMEDY}") from error
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if expected != found:
        name = min(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        raise FolderError(
            f"{path}: not the weights of the model that {SETTINGS} and {VOCABULARY} describe: {name!r} should have the "
            f"shape {expected.get(name)}, has {found.get(name)}; {_REMEDY}"
        )
    model.load_state_dict(weights)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FolderError(f"{path}: missing; {_REMEDY}") from None
    except (ValueError, OSError) as error:
        raise FolderError(f"{path}: truncated or not JSON ({error}); {_REMEDY}") from error
    if not isinstance(value, dict):
        raise FolderError(f"{path}: not a JSON object; {_REMEDY}")
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
