"""What a search is asked, looked at before torch is imported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atrous.comparing.terms import entrants, names
from atrous.config import Settings
from atrous.data.asked import Asked
from atrous.data.text import Source
from atrous.errors import ConfigError
from atrous.outputs import is_finished
from atrous.tuning import TRIALS
from atrous.tuning.free import check
from atrous.tuning.goal import Goal


def wanted(asked: Asked, encode: str | Sequence[str] | None) -> list[Settings]:
    """The settings of each encoder that may be chosen.

    >>> [one.encode.name for one in wanted(Asked("reviews.csv"), "bag,tcn")]
    ['bag', 'tcn']
    """
    if encode is None:
        said = asked.chosen(set=asked.set)
        encode = [said.encode.name] if "encode" in said.model_fields_set else None
    elif any("+" in name for name in names(encode)):
        raise ConfigError(
            f"--encode {encode}: a search is of one head; name it with --set predict.name=crf, or race several with "
            "atrous compare"
        )
    found = entrants(asked, encode)
    check(found)
    return found


def finished(out: Source, goal: Goal) -> dict[str, Any] | None:
    """What a finished search found, if no more trials of it are wanted.

    Raises ConfigError if its file is damaged.
    """
    path = Path(out) / TRIALS
    if not is_finished(out, marks=[TRIALS]):
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        done = len(found["trials"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}: damaged ({error}); begin anew with --force") from error
    return found if goal.trials is None or done >= goal.trials else None
