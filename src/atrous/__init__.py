"""atrous: convolutional sequence models, with recurrent models as equal citizens.

    train, compare, tune, load, example_data          what one does
    cover                                         the cheapest convolutions that see so many steps
    field, measure                                how far a model sees: as declared, and on real rows
    needs                                         how far it must see: what the data say
    export, verify                                a model without torch; the proof that its readings agree
    Bundle                                        what train and load return: predict, evaluate, window, save
    Layer, Pool                                   what a part of one's own derives from
    Window, Cost                                  what a layer sees and costs
    AtrousError and those below it                what one may want to catch

Importing atrous imports neither torch nor numpy: each name is fetched when it is first used.

>>> import atrous
>>> atrous.Window(left=2).then(atrous.Window(left=4)).size
7
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

from atrous.errors import (
    AtrousError,
    ConfigError,
    DataError,
    FolderError,
    InputError,
    MissingExtra,
    NotEqual,
    NotExportable,
    NotFinite,
    NotStreamable,
    OutputExists,
)

# Threads that wait by spinning make one busy core cost many times the time (benchmarks/speed/busy.py). Torch, where it
# is there already, has asked; then it must not look as if it had been told.
if "torch" not in sys.modules:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# torch's profiler, which counts memory in a race, else says on standard error that it starts and stops.
os.environ.setdefault("KINETO_LOG_LEVEL", "99")

if TYPE_CHECKING:
    from atrous.bundle.folder import load
    from atrous.bundle.trained import Bundle
    from atrous.comparing.race import compare
    from atrous.context.found import Needs
    from atrous.context.search import needs
    from atrous.contract import Layer, Pool
    from atrous.data.packaged import example_data
    from atrous.exporting.folder import export
    from atrous.exporting.verifying import verify
    from atrous.instruments.field import field
    from atrous.instruments.measuring import measure
    from atrous.planning.cover import cover
    from atrous.streaming.session import Session
    from atrous.training.run import train
    from atrous.tuning.search import tune
    from atrous.window import Cost, Window

__version__ = "0.1.0"

__all__ = [
    "AtrousError",
    "Bundle",
    "ConfigError",
    "Cost",
    "DataError",
    "FolderError",
    "InputError",
    "Layer",
    "MissingExtra",
    "Needs",
    "NotEqual",
    "NotExportable",
    "NotFinite",
    "NotStreamable",
    "OutputExists",
    "Pool",
    "Session",
    "Window",
    "__version__",
    "compare",
    "cover",
    "example_data",
    "export",
    "field",
    "load",
    "measure",
    "needs",
    "train",
    "tune",
    "verify",
]

# Where the names live that are fetched when they are first used; as imported above for those who only read types.
_HOMES = {
    "Bundle": "atrous.bundle.trained",
    "Cost": "atrous.window",
    "Layer": "atrous.contract",
    "Needs": "atrous.context.found",
    "Pool": "atrous.contract",
    "Session": "atrous.streaming.session",
    "Window": "atrous.window",
    "compare": "atrous.comparing.race",
    "cover": "atrous.planning.cover",
    "example_data": "atrous.data.packaged",
    "export": "atrous.exporting.folder",
    "field": "atrous.instruments.field",
    "load": "atrous.bundle.folder",
    "measure": "atrous.instruments.measuring",
    "needs": "atrous.context.search",
    "train": "atrous.training.run",
    "tune": "atrous.tuning.search",
    "verify": "atrous.exporting.verifying",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'atrous' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value  # so that the next use does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
