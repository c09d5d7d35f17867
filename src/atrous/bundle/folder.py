"""A model as a folder of plain files: settings, weights, vocabulary, scores, and a card to read. Never pickle."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from atrous.bundle.card import card
from atrous.bundle.trained import Bundle
from atrous.config.kept import REMEDY, SETTINGS, VOCABULARY, keep, kept
from atrous.data.text import Source
from atrous.errors import FolderError
from atrous.layers import fold
from atrous.outputs import new_folder
from atrous.runtime.reader import Reader

WEIGHTS, SCORES, CARD = "model.safetensors", "scores.json", "README.md"


def save(bundle: Bundle, out: Source, *, force: bool = False) -> None:
    """Write the bundle as a folder that appears whole or not at all.

    Raises OutputExists if something is there already, unless force says to replace a model folder.
    """
    with new_folder(out, force=force, marks=[SETTINGS]) as folder:
        write(bundle, folder)


def write(bundle: Bundle, folder: Path) -> None:
    """Write the files of the bundle into a folder that is there."""
    fold(bundle.model)
    keep(bundle.settings, folder)
    (folder / VOCABULARY).write_text(vocabulary(bundle), encoding="utf-8")
    (folder / SCORES).write_text(_json(bundle.scores), encoding="utf-8")
    (folder / CARD).write_text(card(bundle), encoding="utf-8")
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in bundle.model.state_dict().items()}
    try:
        save_file(weights, folder / WEIGHTS)
    except SafetensorError as error:
        # What the disk refused is an OSError, as of every other file.
        number = re.search(r"os error (\d+)", str(error))
        raise (
            OSError(int(number[1]), os.strerror(int(number[1])), str(folder / WEIGHTS)) if number else error
        ) from error


def vocabulary(bundle: Bundle) -> str:
    """What `vocabulary.json` holds: how a row becomes numbers, and the labels in the order of the logits."""
    return _json({"reader": bundle.reader.to_json(), "labels": list(bundle.labels)})


def load(path: Source) -> Bundle:
    """The bundle that a model folder holds, at evaluation, on the CPU.

    Raises FolderError, naming the file and what is wrong with it: no folder, no model folder, a file that is missing,
    truncated or of another model, a folder of a later format.
    """
    settings = kept(path)
    folder = Path(path)
    words = _read_json(folder / VOCABULARY)
    labels = words.get("labels")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels) or len({*labels}) < 2:
        raise FolderError(f"{folder / VOCABULARY}: no list of two labels or more; {REMEDY}")
    try:
        # Folders of the first version have a tokeniser alone.
        reader = Reader.from_json(words.get("reader", {"tokeniser": words.get("tokeniser")}))
    except FolderError as error:
        raise FolderError(f"{folder / VOCABULARY}: {error}") from error
    with torch.random.fork_rng(devices=[]):  # loading a model leaves the caller's random numbers as they were
        bundle = Bundle.fresh(settings, reader, tuple(labels))
    bundle.scores = _read_json(folder / SCORES)
    _fill(bundle, folder / WEIGHTS)
    return bundle


def _fill(bundle: Bundle, path: Path) -> None:
    """Put the weights in the file into the bundle's model."""
    if not path.is_file():
        raise FolderError(f"{path}: missing; {REMEDY}")
    model = fold(bundle.model).eval()
    try:
        weights = load_file(path)
    except (SafetensorError, OSError) as error:
        raise FolderError(f"{path}: truncated or not safetensors ({error}); {REMEDY}") from error
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if expected != found:
        name = min(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        raise FolderError(
            f"{path}: not the weights of the model that {SETTINGS} and {VOCABULARY} describe: {name!r} should have the "
            f"shape {expected.get(name)}, has {found.get(name)}; {REMEDY}"
        )
    model.load_state_dict(weights)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FolderError(f"{path}: missing; {REMEDY}") from None
    except (ValueError, OSError) as error:
        raise FolderError(f"{path}: truncated or not JSON ({error}); {REMEDY}") from error
    if not isinstance(value, dict):
        raise FolderError(f"{path}: not a JSON object; {REMEDY}")
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
