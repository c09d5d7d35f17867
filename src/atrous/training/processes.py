"""Several processes that train one model, as `torchrun` starts them: who of them this is, and what all agree on."""

from __future__ import annotations

import os
from typing import NamedTuple

import lightning


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


def agreed(trainer: lightning.Trainer, wish: bool) -> bool:
    """Whether any process of the run has the wish: the same in all of them."""
    return wish if trainer.world_size == 1 else trainer.strategy.reduce_boolean_decision(wish, all=False)
