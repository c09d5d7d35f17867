"""The gradient of the best model of a race, over lags and down its layers, on the rows that it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atrous.bundle import Bundle
from atrous.data.tables import Row
from atrous.draw import verdict
from atrous.errors import AtrousError
from atrous.instruments.gradients import gradients
from atrous.instruments.measuring import examples_of

ROWS, POSITIONS = 128, 4  # a second or two


def gradients_on_test(bundle: Bundle, rows: Sequence[Row]) -> dict[str, Any] | None:
    """What `atrous.measure` finds on some of the rows, as `results.json` holds it, and the verdict in sentences.

    None where there is nothing to measure: no row has a token, or the loss of all is 0.
    """
    examples = examples_of(bundle, rows, most=ROWS, seed=0)
    try:
        found = gradients(bundle, examples, rows=ROWS, positions=POSITIONS)
    except AtrousError:
        return None
    return {**found.to_json(), "verdict": verdict(found)}
