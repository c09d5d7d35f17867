"""How many runs a race makes and how long they take: cut, for all models alike, to what there is time for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

# What is given up when time is short, in this order and each down to so many: a third seed tells luck from merit; the
# presets are rates that a search has found; a model that passed over its rows but twice has learnt little.
CUTS = (("seeds", 3), ("epochs", 4), ("rates", 1), ("epochs", 2), ("seeds", 2))


@dataclass(frozen=True)
class Costs:
    """What one model takes, in seconds: a run's beginning and end, one epoch, and measuring its speed at the end.

    searched: whether several learning rates are tried for it.
    """

    run: float
    epoch: float
    speed: float
    searched: bool = True


@dataclass(frozen=True)
class Plan:
    """What every model gets alike.

    seeds: runs at the chosen rate, that of the search among them. rates: how many are tried. epochs, patience: of a
    run. cut: in words, what was given up for the sake of time. estimate_minutes: how long all of it takes if no run
    stops early; None if nobody asked.

    >>> plan = Plan(budget=100_000, seeds=3, rates=3, epochs=10, patience=3)
    >>> plan.runs([True, True, False])
    13
    """

    budget: int
    seeds: int
    rates: int
    epochs: int
    patience: int
    first_seed: int = 0
    minutes: float | None = None
    estimate_minutes: float | None = None
    cut: tuple[str, ...] = ()

    def runs(self, searched: Sequence[bool]) -> int:
        """How many runs there are; searched: of each model, whether several rates are tried for it."""
        return sum(self.seeds - 1 + (self.rates if search else 1) for search in searched)

    def seconds(self, costs: Sequence[Costs]) -> float:
        """How long they take if no run stops early."""
        return sum(one.speed + self.runs([one.searched]) * (one.run + self.epochs * one.epoch) for one in costs)

    def within(self, costs: Sequence[Costs], *, spent: float = 0.0) -> Plan:
        """The plan with its estimate, cut to `minutes` as far as `CUTS` go.

        spent: seconds that are gone already.

        >>> costs = [Costs(run=1.0, epoch=6.0, speed=0.0)] * 2  # a run of ten epochs takes a minute, there are ten
        >>> full = Plan(budget=100_000, seeds=3, rates=3, epochs=10, patience=3)
        >>> round(full.within(costs).estimate_minutes, 1)
        10.2
        >>> replace(full, minutes=5).within(costs).cut
        ('epochs: 4 instead of 10',)
        >>> replace(full, minutes=3.5).within(costs).cut
        ('epochs: 4 instead of 10', 'learning rates tried: 2 instead of 3')
        """
        asked = {field: getattr(self, field) for field, _ in CUTS}
        plan = self
        for field, floor in CUTS:
            while plan._late(costs, spent) and getattr(plan, field) > floor:
                plan = replace(plan, **{field: getattr(plan, field) - 1})
        spoken = {"seeds": "seeds", "epochs": "epochs", "rates": "learning rates tried"}
        cut = tuple(
            f"{spoken[field]}: {getattr(plan, field)} instead of {asked[field]}"
            for field in asked
            if getattr(plan, field) != asked[field]
        )
        return replace(plan, cut=cut, estimate_minutes=round((spent + plan.seconds(costs)) / 60, 2))

    def _late(self, costs: Sequence[Costs], spent: float) -> bool:
        return self.minutes is not None and spent + self.seconds(costs) > 60 * self.minutes

    def said(self, searched: Sequence[bool]) -> list[str]:
        """What the user reads of it before the first run."""
        if self.estimate_minutes is None:
            return []
        lines = [f"{self.runs(searched)} runs of up to {self.epochs} epochs: {self._time()} at most"]
        if self.cut:
            lines.append(f"cut to fit --minutes {self.minutes:g}, the same for all models: {'; '.join(self.cut)}")
        if self.minutes is not None and self.estimate_minutes > self.minutes:
            over = self.estimate_minutes - self.minutes
            lines.append(
                f"that is {over:.1f} minutes more than --minutes {self.minutes:g}, and no fewer runs would tell the "
                "models apart; name fewer encoders with --encode, or give it more time"
            )
        return lines

    def _time(self) -> str:
        minutes = self.estimate_minutes or 0.0
        return f"about {60 * minutes:.0f} seconds" if minutes < 2 else f"about {minutes:.0f} minutes"

    def to_json(self, searched: Sequence[bool]) -> dict[str, Any]:
        """What results.json says of it."""
        seeds = list(range(self.first_seed, self.first_seed + self.seeds))
        kept = {name: value for name, value in asdict(self).items() if name != "first_seed"}
        return {**kept, "cut": list(self.cut), "seeds": seeds, "runs": self.runs(searched)}
