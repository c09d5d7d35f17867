"""Which steps count: a sequence of vectors becomes one vector a row."""

from __future__ import annotations

from collections.abc import Callable

from atrous.attend.pool import Last, Max, Mean, Sum
from atrous.attend.query import Query
from atrous.contract import Pool

POOLS: dict[str, Callable[[int], Pool]] = {
    "last": Last,
    "max": Max,
    "mean": Mean,
    "query": Query,
    "sum": Sum,
}

__all__ = ["POOLS", "Last", "Max", "Mean", "Query", "Sum"]
