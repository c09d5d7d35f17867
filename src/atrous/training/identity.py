"""What a run is of: its settings and its rows, so that it is not gone on with as if it were another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from atrous.config import Settings
from atrous.data.batch import Examples
from atrous.training.tokens import Tokens

# What settles which rows and labels there are is found in these themselves; what the columns are called is not asked.
_FOUND_IN_ROWS = {"data": {name for name in Settings.model_fields["data"].default.model_dump() if name != "max_steps"}}

_CALLED = {
    "vocabulary": "was begun with another vocabulary",
    "labels": "was begun with other labels",
    "rows": "was begun with other rows",
}


def identity(settings: Settings, tokens: Tokens, labels: Iterable[str], **options: Any) -> dict[str, Any]:
    """What must be the same for a run to go on: every setting, digests of the vocabulary, labels and rows, `options`.

    options: what else the numbers depend on, by the name a user knows it by.
    """
    parts = (tokens.train, tokens.dev, tokens.test)
    return {
        "settings": _flat(settings.model_dump(mode="json", exclude=_FOUND_IN_ROWS)),
        "options": options,
        "vocabulary": _digest([json.dumps(tokens.reader.to_json()).encode()]),
        "labels": _digest([json.dumps(list(labels)).encode()]),
        "rows": _digest(block for part in parts for block in _blocks(part)),
    }


def difference(begun: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """How an unfinished run differs from the one that would go on with it, in words; "" if it does not.

    >>> difference({"settings": {"train.batch": 8}}, {"settings": {"train.batch": 16}})
    'was begun with train.batch = 8, not 16'
    """
    for section in ("settings", "options"):
        old, new = begun.get(section, {}), now.get(section, {})
        for name in [*old, *(new.keys() - old.keys())]:
            if old.get(name) != new.get(name):
                return f"was begun with {name} = {_shown(old.get(name))}, not {_shown(new.get(name))}"
    return next((words for name, words in _CALLED.items() if begun.get(name) != now.get(name)), "")


def _flat(tree: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in tree.items():
        found |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return found


def _shown(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _blocks(part: Examples) -> Iterable[bytes | memoryview]:
    for name, array in [("starts", part.starts), ("targets", part.targets), *part.arrays.items()]:
        yield f"{name} {array.dtype} {array.shape}".encode()
        yield np.ascontiguousarray(array).data


def _digest(blocks: Iterable[bytes | memoryview]) -> str:
    found = hashlib.sha256()
    for block in blocks:
        found.update(block)
    return found.hexdigest()
