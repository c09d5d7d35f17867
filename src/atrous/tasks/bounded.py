"""Models of a bounded size: settings that ask for more are refused before the memory is asked for."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from atrous.errors import ConfigError

_MAKERS = (torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn, torch.arange)


def room() -> int:
    """How many numbers of four bytes fit into half the machine's memory; a quarter of 2^40, if it is not said."""
    try:
        held = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        held = 2**40
    return held // 8


class AtMost(TorchFunctionMode):
    """While the block runs, torch makes at most so many numbers, counted over all new tensors.

    A torch model asks for its weights one tensor after the other; an optimistic system grants them all and kills the
    program when they are filled.

    >>> with AtMost(1000):
    ...     _ = torch.nn.Linear(10, 10)
    >>> with AtMost(1000):
    ...     _ = torch.nn.Linear(10**9, 10**9)
    Traceback (most recent call last):
    atrous.errors.ConfigError: the settings ask for a model of more than 1,000 numbers, ...
    """

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.numbers, self.left = numbers, numbers

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in _MAKERS:
            self.left -= _count(args, kwargs or {})
            if self.left < 0:
                raise ConfigError(
                    f"the settings ask for a model of more than {self.numbers:,} numbers, which is all there is room "
                    "for; make embed.channels, encode.channels or encode.depth smaller"
                )
        return func(*args, **(kwargs or {}))


def _count(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """How many numbers a tensor is to have: what a size says, whichever way it is given."""
    size = kwargs.get("size", args[0] if args and isinstance(args[0], tuple | list | torch.Size) else args)
    return math.prod(one for one in ([size] if isinstance(size, int) else size) if isinstance(one, int))
