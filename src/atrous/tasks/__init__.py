"""What a model is asked: each task builds its model and scores its answers."""

from __future__ import annotations

from types import ModuleType

from atrous.tasks import classify, tag

TASKS: dict[str, ModuleType] = {"classify": classify, "tag": tag}

__all__ = ["TASKS"]
