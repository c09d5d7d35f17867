"""Whether OpenVINO gives the numbers of an exported graph: an export is run by it only where it does."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

from torch import Tensor

from atrous.data.batch import Examples
from atrous.exporting.parity import EXPORT_ROUNDING, Found, Reading, answer_of, batched, compare
from atrous.runtime.graph import Exported
from atrous.runtime.sessions import OPENVINO, openvino_is_here

WAY = "exported, OpenVINO"


def in_openvino(folder: Path, rows: Examples, reference: Tensor, *, kept: Found | None = None) -> Reading | None:
    """The rows read by OpenVINO with the graph of whole rows; None where it is not installed.

    It refuses, or answers otherwise, where it computes with 32 bits what the graph computes with 64 (the bigrams of
    `bag`), or where it has no such operation: there onnxruntime answers, and the reading is one that may be refused.

    reference: the logits of every row alone. kept: as for `atrous.exporting.parity.compare`.
    """
    if not openvino_is_here():
        return None
    graph = Exported(folder)
    graph.runtime = OPENVINO
    found: Found = {}
    reading = compare(
        WAY, lambda: batched(answer_of(graph), rows, Random(0)), reference, rounding=EXPORT_ROUNDING, may_refuse=True,
        kept=found,
    )  # fmt: skip
    if reading.passed and not reading.refused:
        if kept is not None:
            kept.update(found)
        return reading
    why = "it cannot run the graph" if reading.refused else f"its numbers differ by {reading.difference:.1e}"
    return Reading(WAY, None, None, f"{why}, so that onnxruntime runs it", expected=True)


def said_of(reading: Reading) -> dict[str, Any]:
    """What export.json says of it."""
    return {
        "version": version(OPENVINO),
        "agrees": not reading.refused,
        **({"reason": reading.refused} if reading.refused else {"difference": reading.difference}),
    }
