"""Other programs that show how a run goes."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from lightning.pytorch.loggers import Logger, TensorBoardLogger

from atrous.errors import ConfigError, MissingExtra, suggestion

TENSORBOARD = "tensorboard"  # the logger, and its folder within that of the model
LOGGERS = (TENSORBOARD,)


def logger(name: str | None, work: Path, *, steps: int) -> Logger | None:
    """The logger of this name, writing below the folder of the run; None for none.

    steps: how many the run has done already; what an earlier process wrote of later ones is taken back.

    Raises ConfigError for an unknown name and MissingExtra if the program is not installed.
    """
    check_logger(name)
    if name is None:
        return None
    return TensorBoardLogger(work, name=TENSORBOARD, version="", purge_step=steps + 1)


def check_logger(name: str | None) -> None:
    """Refuse a logger that there is not. Raises what `logger` raises."""
    if name is not None and name not in LOGGERS:
        raise ConfigError(f"--logger {name}: expected tensorboard{suggestion(name, LOGGERS)}")
    if name is not None and find_spec("tensorboard") is None:
        raise MissingExtra('--logger tensorboard: tensorboard is not installed; pip install "atrous[tensorboard]"')
