"""A model as a folder of plain files: settings, weights, vocabulary, scores, and a card to read. Never pickle."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from atrous.bundle import weights
from atrous.bundle.card import card
from atrous.bundle.trained import Bundle
from atrous.config import Settings
from atrous.config.kept import REMEDY, SETTINGS, VOCABULARY, keep, kept, text_of
from atrous.config.reading import unread
from atrous.data import seen
from atrous.data.fitting import features_of
from atrous.data.text import Source
from atrous.errors import ConfigError, FolderError, quoted
from atrous.layers import fold, laid_out
from atrous.outputs import new_folder
from atrous.runtime.reader import Reader
from atrous.runtime.schemes import strange

_SMALL = 2**24  # bytes that every file may have
_SPARE = 10_000  # numbers that a model makes beside its weights
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
    weights.write(
        {name: tensor.detach().cpu().contiguous() for name, tensor in bundle.model.state_dict().items()},
        folder / WEIGHTS,
    )


def vocabulary(bundle: Bundle) -> str:
    """What `vocabulary.json` holds: how a row becomes numbers, and the labels in the order of the logits."""
    words = {"reader": bundle.reader.to_json(), "labels": list(bundle.labels)}
    if bundle.seen is not None and bundle.reader.tokeniser is not None:
        words["seen"] = seen.to_json(bundle.seen, bundle.reader.tokeniser.tokens)
    return _json(words)


def load(path: Source) -> Bundle:
    """The bundle that a model folder holds, at evaluation, on the CPU.

    Raises FolderError, naming the file and what is wrong with it: no folder, no model folder, a file that is missing,
    truncated or of another model, a folder of a later format.
    """
    settings = kept(path)
    folder = Path(path)
    shapes = weights.shapes(folder / WEIGHTS)
    numbers = sum(math.prod(shape) for shape in shapes.values())
    # Every token and every label has numbers of its own among the weights: what is far longer is no vocabulary of them.
    words = _read_json(folder / VOCABULARY, most=_SMALL + 64 * numbers)
    labels = words.get("labels")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels) or len({*labels}) < 2:
        raise FolderError(f"{folder / VOCABULARY}: no list of two labels or more; {REMEDY}")
    if len({*labels}) < len(labels):
        raise FolderError(f"{folder / VOCABULARY}: a label comes twice; {REMEDY}")
    try:
        # Folders of the first version have a tokeniser alone.
        reader = Reader.from_json(words.get("reader", {"tokeniser": words.get("tokeniser")}))
    except FolderError as error:
        raise FolderError(f"{folder / VOCABULARY}: {error}") from error
    if (
        {*reader.sizes} != {*settings.reads}
        or reader.letters != settings.embed.letters
        or (reader.features != features_of(settings.embed))
    ):
        raise FolderError(f"{folder / VOCABULARY}: not what {SETTINGS} says the model reads; {REMEDY}")
    _check_tags(settings, reader, labels, folder)
    scores = _read_json(folder / SCORES, most=_SMALL)
    try:
        with torch.random.fork_rng(devices=[]):  # loading a model leaves the caller's random numbers as they were
            bundle = Bundle.fresh(settings, reader, tuple(labels), most=4 * numbers + _SPARE)
    except (ConfigError, ValueError) as error:
        raise FolderError(
            f"{folder / WEIGHTS}: not the weights of the model that {SETTINGS} and {VOCABULARY} describe ({error}); "
            f"{REMEDY}"
        ) from error
    bundle.scores = scores
    if "seen" in words and reader.tokeniser is not None:
        try:
            bundle.seen = seen.from_json(words["seen"], reader.tokeniser.tokens)
        except ValueError as error:
            raise FolderError(f"{folder / VOCABULARY}: {error}; {REMEDY}") from error
    _fill(bundle, folder / WEIGHTS, shapes)
    return bundle


def _check_tags(settings: Settings, reader: Reader, labels: Sequence[str], folder: Path) -> None:
    """Raise FolderError unless texts are cut into tokens if these have tags, and the tags are those of the scheme."""
    tagged = settings.task == "tag"
    if (reader.rule is not None) != tagged or (
        tagged and (reader.rule == "characters") != (settings.embed.name == "characters")
    ):
        raise FolderError(f"{folder / VOCABULARY}: texts are not cut as {SETTINGS} says; {REMEDY}")
    scheme = settings.predict.scheme
    if tagged and scheme is not None and any(strange(one, scheme) for one in labels):
        raise FolderError(f"{folder / VOCABULARY}: the labels are not the tags of the scheme in {SETTINGS}; {REMEDY}")


def _fill(bundle: Bundle, path: Path, found: Mapping[str, tuple[int, ...]]) -> None:
    """Put the weights in the file, of these shapes, into the bundle's model."""
    model = fold(bundle.model).eval()
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if expected != found:
        name = min(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        raise FolderError(
            f"{path}: not the weights of the model that {SETTINGS} and {VOCABULARY} describe: {quoted(name)} should "
            f"have the shape {expected.get(name)}, has {found.get(name)}; {REMEDY}"
        )
    laid_out(model).load_state_dict(weights.read(path))


def _read_json(path: Path, *, most: int) -> dict[str, Any]:
    try:
        value = json.loads(text_of(path, most))
    except (ValueError, RecursionError) as error:
        raise FolderError(f"{path}: truncated or not JSON ({unread(error)}); {REMEDY}") from error
    if not isinstance(value, dict):
        raise FolderError(f"{path}: not a JSON object; {REMEDY}")
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
