"""Which process this is, of several that torchrun started for one run. No torch here."""

from __future__ import annotations

import os
from typing import NamedTuple


class Processes(NamedTuple):
    """One process of several.

    rank: which, from 0. world: how many there are. beside: how many of them are on this machine.
    """

    rank: int = 0
    world: int = 1
    beside: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the one that writes, locks and prints."""
        return self.rank == 0


def processes() -> Processes:
    """Which process this is, as torchrun told it in its environment; the only one, if nothing started it that way.

    >>> processes()
    Processes(rank=0, world=1, beside=1)
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:  # other programs set RANK and WORLD_SIZE too
        return Processes()
    return Processes(*(int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE")))
