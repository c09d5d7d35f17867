"""Several pieces of work in several threads, each of which computes alone.

Torch lets several threads share every operation. Between two operations they wait for each other, and a model makes
hundreds of small ones: threads that sleep meanwhile take longer to wake than their share takes, and threads that spin
take the core from whoever else wants it (benchmarks/speed/busy.py). Rows need nothing of each other, so a thread
answers whole batches instead, and waits once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

MUCH = 2 * 10**9  # floating-point operations, some hundredths of a second: work from which on threads may share it
LITTLE = 10**7  # of all items: for less no thread is started

Item = TypeVar("Item")
Found = TypeVar("Found")


def spread(work: Callable[[Item], Found], items: Sequence[Item], *, operations: Callable[[Item], int]) -> list[Found]:
    """What `work` makes of every item, in order; at most as many threads take part as torch would use.

    work: it may run in any thread, and in several at once; at inference.
    operations: floating-point operations of an item. One of many is worked on here, and torch's threads share it: they
        lose little by it then, and several at once might take more memory than there is.

    >>> spread(abs, [-1, 2, -3], operations=lambda item: 1)
    [1, 2, 3]

    Raises what `work` raises; what was not begun by then is left out.
    """
    if torch.get_num_threads() == 1:
        return [work(item) for item in items]
    sizes = [operations(item) for item in items]
    small = [place for place, size in enumerate(sizes) if size < MUCH]
    threads = min(torch.get_num_threads(), len(small)) if sum(sizes) >= LITTLE else 1
    with alone():
        found = dict(zip(small, _in_threads(work, [items[place] for place in small], threads), strict=True))
    return [found[place] if place in found else work(item) for place, item in enumerate(items)]


def _in_threads(work: Callable[[Item], Found], items: Sequence[Item], threads: int) -> list[Found]:
    if threads < 2:
        return [work(item) for item in items]

    @torch.inference_mode()
    def one(item: Item) -> Found:
        return work(item)

    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        waited = [pool.submit(one, item) for item in items]
        try:
            return [each.result() for each in waited]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def alone(wanted: bool = True) -> Iterator[None]:
    """While the block runs, torch shares no operation of this thread with others, if that is wanted."""
    threads = torch.get_num_threads()
    if not wanted or threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
