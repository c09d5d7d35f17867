"""How the learning rate moves: up in a line, then down in a line."""

from __future__ import annotations

from collections.abc import Callable


def warm_up_and_decay(steps: int, *, warmup: float) -> Callable[[int], float]:
    """The share of the highest rate at each step: from near 0 up to 1 over the first `warmup` of the steps, then to 0.

    >>> share = warm_up_and_decay(10, warmup=0.2)
    >>> [round(share(step), 3) for step in (0, 1, 2, 6, 9)]
    [0.5, 1.0, 1.0, 0.5, 0.125]
    """
    rising = round(steps * warmup)

    def share(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        return max(0.0, (steps - step) / max(1, steps - rising))

    return share
