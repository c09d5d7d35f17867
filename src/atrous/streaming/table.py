"""The states of many rows, one under the other: rows are taken out together, stepped, and put back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from atrous.contract import State, map_state, reorder


class Table:
    """A state with a place for every row; the places of rows that left are used again.

    start: makes the state of so many fresh rows, such as `Model.start`.

    Memory: that of the most rows there were at once, doubled at most.

    >>> table = Table(lambda rows: torch.zeros(rows, 1))
    >>> places = table.enter(2)
    >>> table.put(places, table.take(places) + 1)
    >>> table.leave(places[:1])
    >>> table.take([*places[1:], *table.enter(1)])
    tensor([[1.],
            [0.]])
    """

    def __init__(self, start: Callable[[int], State]) -> None:
        self._start = start
        self._state: State = None
        self._size = 0
        self._free: list[int] = []

    def __len__(self) -> int:
        """Rows there is a place for."""
        return self._size

    def enter(self, rows: int) -> list[int]:
        """The places of so many fresh rows."""
        if rows > len(self._free):
            self._grow(max(self._size, rows - len(self._free)))
        places = [self._free.pop() for _ in range(rows)]
        if places:
            self.put(places, self._start(rows))
        return places

    def leave(self, places: Sequence[int]) -> None:
        """Give the places back."""
        self._free += places

    def take(self, places: Sequence[int]) -> State:
        """The state of the rows at these places, in this order."""
        return reorder(self._state, torch.tensor(places, device=self._device))

    def put(self, places: Sequence[int], state: State) -> None:
        """Put a state of so many rows back to their places."""
        rows = torch.tensor(places, device=self._device)
        map_state(lambda whole, part: whole.index_copy_(0, rows, part.to(whole.dtype)), self._state, state)

    def _grow(self, rows: int) -> None:
        fresh = self._start(rows)
        # A copy, for what start returned may be one tensor twice, or an expanded one.
        if self._size:
            self._state = map_state(lambda old, new: torch.cat([old, new]), self._state, fresh)
        else:
            self._state = map_state(torch.clone, fresh)
        self._free += range(self._size + rows - 1, self._size - 1, -1)
        self._size += rows

    @property
    def _device(self) -> torch.device:
        leaves = _leaves(self._state)
        return leaves[0].device if leaves else torch.device("cpu")


def _leaves(state: State) -> list[Tensor]:
    return [state] if isinstance(state, Tensor) else [leaf for part in state for leaf in _leaves(part)]
