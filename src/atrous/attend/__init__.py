"""Which steps count: a sequence of vectors becomes one vector a row."""

from __future__ import annotations

from collections.abc import Callable

from atrous.attend.kmax import KMax
from atrous.attend.pool import Last, Max, Mean, Sum
from atrous.attend.query import Query
from atrous.attend.unpadded import Unpadded
from atrous.contract import Pool

POOLS: dict[str, Callable[..., Pool]] = {
    "kmax": KMax,
    "last": Last,
    "max": Max,
    "mean": Mean,
    "query": Query,
    "sum": Sum,
    "unpadded": Unpadded,
}

__all__ = ["POOLS", "KMax", "Last", "Max", "Mean", "Query", "Sum", "Unpadded"]
