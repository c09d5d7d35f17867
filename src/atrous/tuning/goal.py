"""How long a search goes on. No torch here."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from atrous.errors import ConfigError

TRIALS = 30  # where nobody says how many, nor how long


@dataclass(frozen=True)
class Goal:
    """So many trials, or so many minutes from now on, whichever is over first; 30 trials if neither is said.

    >>> Goal().most, Goal(minutes=5).most, Goal(trials=8, minutes=5).most
    (30, None, 8)

    Raises ConfigError for one that is out of range.
    """

    trials: int | None = None
    minutes: float | None = None
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if self.trials is not None and self.trials < 1:
            raise ConfigError(f"--trials {self.trials}: expected 1 or more")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise ConfigError(f"--minutes {self.minutes:g}: expected a number above 0")

    @property
    def most(self) -> int | None:
        """How many trials there are at most; None for as many as there is time for."""
        return TRIALS if self.trials is None and self.minutes is None else self.trials

    @property
    def over(self) -> bool:
        """Whether the time is."""
        return self.over_in(0)

    def over_in(self, seconds: float) -> bool:
        """Whether the time will be over in so many seconds."""
        return self.minutes is not None and time.monotonic() - self.started + seconds > 60 * self.minutes

    def reached(self, trials: int) -> bool:
        """Whether so many trials are enough."""
        return self.most is not None and trials >= self.most

    def said(self, number: int) -> str:
        """What a trial is called.

        >>> Goal(trials=8).said(3), Goal(minutes=5).said(3)
        ('trial 3 of 8', 'trial 3')
        """
        return f"trial {number}" if self.most is None else f"trial {number} of {self.most}"

    def estimate(self, done: int, seconds: float) -> str:
        """How long the rest takes, or how many trials there is time for, where each takes so long.

        >>> Goal(trials=8).estimate(1, 12.0)
        'at that pace the other 7 trials take 1.4 minutes; those given up early take less'
        >>> Goal(minutes=5).estimate(1, 12.0)
        'at that pace there is time for some 25 trials; more if many are given up early'
        """
        if self.most is not None and (self.minutes is None or (self.most - done) * seconds < 60 * self.minutes):
            rest = self.most - done
            time_of = f"{rest * seconds / 60:.1f} minutes"
            return f"at that pace the other {rest} trials take {time_of}; those given up early take less"
        fits = 60 * (self.minutes or 0) / max(seconds, 1e-3)
        return f"at that pace there is time for some {max(1, round(fits))} trials; more if many are given up early"
