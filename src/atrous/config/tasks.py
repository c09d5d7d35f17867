"""What goes with which task: heads, tokens, and settings that nothing else reads. No torch here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# What a model can answer, by task; the first is what it answers where nobody says it.
TASK_HEADS: dict[str, tuple[str, ...]] = {"classify": ("classes", "labels"), "tag": ("tags", "crf")}
STEPS = ("words", "characters")  # what a tagger can read: words, or any text's characters

# The settings of a section that one task alone reads, and what they are where nobody sets them.
OWN: dict[str, dict[str, dict[str, Any]]] = {
    "data": {
        "classify": {"soft": None, "separator": "|"},
        "tag": {"spans": None, "scheme": None, "repair": False, "context": "sentence"},
    },
    "predict": {"classify": {"threshold": 0.5}, "tag": {"scheme": None}},
}

# info is a pydantic ValidationInfo: a protocol, and the tests' run-time checks refuse those.


def counts_in(name: str) -> Callable[[Any, Any], Any]:
    """Refuses, in the section of this name, a setting that the task does not read."""

    def check(section: Any, info: Any) -> Any:
        task = info.data.get("task", "classify")
        for other, own in OWN[name].items():
            for field, usual in own.items():
                if other != task and getattr(section, field) != usual:
                    raise ValueError(f"should not have {field} where task is {task}: it is for {other}; leave it out")
        return section

    return check


def reads_steps(embed: Any, info: Any) -> Any:
    """Refuses for a tagger what has no tags, or two texts."""
    if info.data.get("task") != "tag":
        return embed
    if embed.name not in STEPS:
        raise ValueError(f"should read {' or '.join(STEPS)} where task is tag: each of them is a step that has a tag")
    data = info.data.get("data")
    if embed.beside or (data is not None and data.beside):
        raise ValueError("should read one text where task is tag; leave embed.beside and data.beside out")
    return embed


def answers_the_task(predict: Any, info: Any) -> Any:
    """The head of the task where nobody names one; refuses that of another."""
    task = info.data.get("task", "classify")
    names = TASK_HEADS[task]
    if "name" not in predict.model_fields_set:
        return predict.model_copy(update={"name": names[0]})
    if predict.name not in names:
        raise ValueError(f"should have the name {' or '.join(names)} where task is {task}, and it is {predict.name}")
    return predict
