"""On what a race was run: its speeds are those of this machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

from atrous import __version__


def machine(device: str) -> dict[str, str | int]:
    """The processor, how much of it was used, and the versions that decide the numbers.

    device: cpu or cuda.

    >>> machine("cpu")["threads"] == torch.get_num_threads()
    True
    """
    return {
        "processor": _processor() if device == "cpu" else torch.cuda.get_device_name(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "device": device,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "atrous": __version__,
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    """Its name as the system gives it; on Linux, Python knows the architecture alone."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
