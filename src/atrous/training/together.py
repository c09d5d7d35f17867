"""Several processes that train one model: how they reach each other, meet, and agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import distributed

from atrous.errors import AtrousError, ConfigError
from atrous.runtime.processes import Processes

_PATIENCE = timedelta(minutes=30)  # how long one waits for the others, who may have more to read


@contextmanager
def connected(own: Processes, device: str) -> Iterator[None]:
    """Let the processes reach each other within the block. device: "cpu" or "cuda".

    Raises ConfigError if there are more processes on this machine than GPUs.
    """
    if own.world == 1:
        yield
        return
    if device == "cuda" and own.beside > torch.cuda.device_count():
        raise ConfigError(
            f"torchrun started {own.beside} processes here, and there are {torch.cuda.device_count()} GPUs; "
            "start one a GPU, or use --device cpu"
        )
    backend = "cpu:gloo,cuda:nccl" if device == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield
    except RuntimeError as error:
        if not any(word in str(error) for word in ("gloo", "NCCL")):
            raise
        raise AtrousError(
            "another process of this run has ended, and said why; --resume goes on from the last checkpoint"
        ) from error
    finally:
        distributed.destroy_process_group()


def meet(own: Processes) -> None:
    """Wait until every process has come here."""
    if own.world > 1:
        distributed.all_reduce(torch.zeros(1))  # on the CPU: a barrier would want a device of its own


def each_has(value: float, own: Processes) -> list[float]:
    """What each process has, by its rank."""
    if own.world == 1:
        return [value]
    found = [torch.zeros((), dtype=torch.double) for _ in range(own.world)]
    distributed.all_gather(found, torch.tensor(value, dtype=torch.double))
    return [float(one) for one in found]


def agreed(own: Processes, wish: bool) -> bool:
    """Whether any process of the run has the wish: the same in all of them."""
    return any(each_has(float(wish), own))
