"""Which windows get how many seeds: all of them one, and the others where the answer hangs on them. No torch here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Turns:
    """The runs that are wanted, in their order.

    windows: that are tried, the smallest first. first: the first seed. seeds: how many of each window that counts.
    full: the windows that get all seeds.

    A window that is far below the bend needs no second seed to say so: from the window below the answer upwards all
    get all seeds, again and again until the answer stays.

    >>> turns = Turns((1, 3, 7, 15), first=0, seeds=2)
    >>> turns.wanted
    [(1, 0), (3, 0), (7, 0), (15, 0)]
    >>> turns.hang_on(15), turns.wanted[4:]
    (True, [(7, 1), (15, 1)])
    >>> turns.hang_on(15)
    False
    """

    windows: tuple[int, ...]
    first: int
    seeds: int
    full: set[int] = field(default_factory=set)

    @property
    def wanted(self) -> list[tuple[int, int]]:
        """Window and seed of every run: a curve first, then curve upon curve."""
        later = range(self.first + 1, self.first + self.seeds)
        return [
            *((window, self.first) for window in self.windows),
            *((window, seed) for seed in later for window in self.windows if window in self.full),
        ]

    @property
    def most(self) -> list[tuple[int, int]]:
        """All that may be wanted: what is, or every run where nothing is known yet."""
        return self.wanted if self.full else Turns(self.windows, self.first, self.seeds, {*self.windows}).wanted

    def hang_on(self, answer: int | None) -> bool:
        """The answer so far is this one; whether that asks for more runs. None: no window helps."""
        place = 0 if answer is None else max(0, self.windows.index(answer) - 1)
        return self.fill({*self.windows[place:]})

    def fill(self, windows: set[int]) -> bool:
        """These windows get all seeds; whether that asks for more runs."""
        more = windows - self.full
        self.full |= more
        return bool(more) and self.seeds > 1


def work(window: int) -> int:
    """How much work a run is beside others: its convolutions, and what every run takes."""
    return window.bit_length() + 2
