"""What an unfinished race was asked, so that it goes on as the race it was or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from atrous.comparing.plan import Plan
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.errors import ConfigError

RACE = "race.json"


def read(path: Path) -> dict[str, Any]:
    """What a file of a race or of a search holds, a JSON object. Raises ConfigError if it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: damaged ({error}); begin anew with --force") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: damaged (no JSON object); begin anew with --force")
    return found


def write(path: Path, found: Mapping[str, Any]) -> None:
    """Write such a file, which is there whole or not at all."""
    fresh = path.with_name(f".{path.name}")
    fresh.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def remember(folder: Path, asked: Mapping[str, Any], plan: Plan) -> None:
    """Write down what the race is asked and how it was planned; whole or not at all."""
    write(folder / RACE, {"asked": asked, "plan": asdict(plan)})


def remembered(folder: Path, asked: Mapping[str, Any]) -> Plan | None:
    """The plan of the race that was begun in this folder; None if none was.

    asked: what the race is asked now; see `fingerprint` for the rows.

    Raises ConfigError if it was asked something else then.
    """
    path = folder / RACE
    if not path.exists():
        return None
    kept = read(path)
    now = json.loads(json.dumps(asked))
    differ = sorted(name for name in kept["asked"].keys() | now.keys() if kept["asked"].get(name) != now.get(name))
    if differ:
        said = "; ".join(_told(name, kept["asked"].get(name), now.get(name)) for name in differ)
        raise ConfigError(
            f"{folder}: the unfinished race there was asked something else ({said}); ask the same to go on with "
            "--resume, begin anew with --force, or name another folder with --out"
        )
    return Plan(**{**kept["plan"], "cut": tuple(kept["plan"]["cut"])})


def fingerprint(corpus: Corpus) -> dict[str, str]:
    """A short name for the rows of each part: other rows, another name."""
    return {f"{name} rows": _digest(getattr(corpus, name)) for name in ("train", "dev", "test")}


def _digest(rows: Sequence[Row]) -> str:
    found = blake2b(digest_size=16)
    for row in rows:
        found.update(
            repr((row.text, row.label, row.beside, row.soft, row.tokens, row.tags)).encode("utf-8", "surrogatepass")
        )
    return found.hexdigest()


def _told(name: str, then: Any, now: Any) -> str:
    """One difference in words: short values as they are, long ones by their name alone."""
    if isinstance(then, int | str) and isinstance(now, int | str) and max(len(str(then)), len(str(now))) <= 30:
        return f"{name}: {then} then, {now} now"
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(then.keys() | now.keys()):
            if then.get(key) != now.get(key):
                return _told(f"{name}: {key}", then.get(key), now.get(key))
    return f"other {name}"
