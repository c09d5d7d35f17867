"""The states of many rows, one under the other: rows are taken out together, stepped, and put back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from atrous.contract import State, map_state, reorder

GROUPS = 64  # of rows that were put back together, whose states are kept as they came


class Table:
    """A state with a place for every row; the places of rows that left are used again.

    start: makes the state of so many fresh rows, such as `Model.start`.

    What rows are put back together is kept as it is until some of them are wanted with others or leave: taken out
    together again, nothing was copied.
    Memory: that of the most rows there were at once, doubled at most, and of the latest 64 groups that are kept.

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
        self._device = torch.device("cpu")
        self._size = 0
        self._free: list[int] = []
        self._groups: dict[tuple[int, ...], State] = {}  # the one that was put back last is the last one
        self._group: dict[int, tuple[int, ...]] = {}  # that a place is in

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
        self._settle(places, leaving=True)
        self._free += places

    def take(self, places: Sequence[int], of: Callable[[State], State] = lambda state: state) -> State:
        """The state of the rows at these places, in this order; of: the part of a state that is wanted."""
        group = tuple(places)
        if group in self._groups:
            return of(self._groups[group])
        self._settle(places)
        return reorder(of(self._state), torch.tensor(places, device=self._device))

    def put(self, places: Sequence[int], state: State) -> None:
        """Put a state of so many rows back to their places. A place may be there once."""
        group = tuple(places)
        if self._groups.pop(group, None) is None:
            self._settle(places)
        self._groups[group] = state
        self._group |= dict.fromkeys(group, group)
        if len(self._groups) > GROUPS:
            self._settle(next(iter(self._groups)))

    def _settle(self, places: Sequence[int], *, leaving: bool = False) -> None:
        """Write the groups that these places are in to the table; none whose rows are all leaving."""
        for group in {self._group[place] for place in places if place in self._group}:
            state = self._groups.pop(group)
            for place in group:
                del self._group[place]
            if leaving and set(group) <= {*places}:
                continue
            self._write(torch.tensor(group, device=self._device), state)

    @torch.inference_mode()
    def _write(self, rows: Tensor, state: State) -> None:
        map_state(lambda whole, part: whole.index_copy_(0, rows, part.to(whole.dtype)), self._state, state)

    def _grow(self, rows: int) -> None:
        fresh = self._start(rows)
        # A copy, for what start returned may be one tensor twice, or an expanded one.
        if self._size:
            self._state = map_state(lambda old, new: torch.cat([old, new]), self._state, fresh)
        else:
            self._state = map_state(torch.clone, fresh)
        self._device = next((leaf.device for leaf in _leaves(self._state)), self._device)
        self._free += range(self._size + rows - 1, self._size - 1, -1)
        self._size += rows


def _leaves(state: State) -> list[Tensor]:
    return [state] if isinstance(state, Tensor) else [leaf for part in state for leaf in _leaves(part)]
