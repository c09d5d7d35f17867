"""What is kept of finished runs: a folder each, there whole or not at all, with its facts in run.json."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from atrous.comparing.remembered import read

RECORD = "run.json"


@contextmanager
def recorded(runs: Path, name: str, facts: Mapping[str, Any]) -> Iterator[Path]:
    """A fresh folder that holds the facts, to put more into; it takes its name in `runs` when the block ends."""
    fresh = runs / f".{name}.{secrets.token_hex(4)}"
    fresh.mkdir(parents=True)
    (fresh / RECORD).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    yield fresh
    fresh.rename(runs / name)


def records(runs: Path) -> Iterator[dict[str, Any]]:
    """The facts of every finished run, by name; what a killed process was writing goes.

    Raises ConfigError for facts that are damaged.
    """
    for place in sorted(runs.glob("*")):
        if place.name.startswith("."):
            shutil.rmtree(place)
        else:
            yield read(place / RECORD)
