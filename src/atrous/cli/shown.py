"""What every command does around its one call: print its result, and prepare torch."""

from __future__ import annotations

import json
from typing import Any

from atrous.cli.options import DeviceName

STOPPED = 130  # the exit status after Ctrl-C, as of any program that a signal 2 ends

_DETAILS = {"span_precision", "span_recall", "span_macro_f1", "calibration_error"}


def say(*lines: str) -> None:
    """Print lines of a result on standard output."""
    print(*lines, sep="\n")


def say_json(value: Any) -> None:
    """Print a result as one JSON object on one line."""
    print(json.dumps(value, ensure_ascii=False))


def scored(scores: dict[str, Any], *, loss: bool = True) -> str:
    """The scores of all labels together, in a sentence without its end; of a tagger those that say most.

    >>> scored({"micro_f1": 0.5, "loss": 0.25, "rows": 1200, "labels": {}})
    'micro F1 0.5000, loss 0.2500, 1,200 rows'
    """
    from atrous.runtime.readable import spoken  # which brings numpy

    left_out = _DETAILS if loss else {*_DETAILS, "loss"}
    kept = {name: score for name, score in scores.items() if isinstance(score, float) and name not in left_out}
    return ", ".join([*(f"{spoken(name)} {score:.4f}" for name, score in kept.items()), f"{scores['rows']:,} rows"])


def prepare(device: DeviceName, threads: int | None) -> str:
    """Import torch, which takes a while, give it so many threads, and say which device it is to use.

    Raises ConfigError if that device is not there.
    """
    import torch

    from atrous.answering.predict import accelerator

    if threads is not None:
        torch.set_num_threads(threads)
    return accelerator(device.value)
