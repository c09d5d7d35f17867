"""One model of a race: what it is told, which rates are tried for it, and the runs that count."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from atrous.comparing.budget import Fitted, fitted
from atrous.comparing.runs import Run
from atrous.comparing.terms import name_of, rates_around
from atrous.config import Settings
from atrous.embed import embedding
from atrous.runtime.reader import Reader
from atrous.vectors import with_channels


@dataclass
class Entry:
    """A model of the race.

    fitted: its settings, the width solved for the budget. rate_given: whether the user said the learning rate; then
    none is sought. rates: what is tried, the preset first. first_seed: of the search. runs: those that are finished.
    """

    fitted: Fitted
    rate_given: bool
    first_seed: int
    rates: tuple[float, ...] = ()
    runs: list[Run] = field(default_factory=list)

    @classmethod
    def of(cls, settings: Settings, reader: Reader, *, budget: int) -> Entry:
        """The model that these settings describe, over what the reader reads."""
        given = settings.train.rate is not None
        fixed = settings.encode.model_fields_set - {"name"}
        whole = with_channels(settings).resolved()
        inputs = embedding(whole.embed, reader.sizes).outputs
        found = fitted(whole, inputs, budget, fixed)
        return cls(found, given, settings.train.seed)

    @property
    def settings(self) -> Settings:
        """What it is told, but for the rates and seeds of its runs."""
        return self.fitted.settings

    @property
    def name(self) -> str:
        """What it is called in the race."""
        return name_of(self.settings)

    @property
    def score(self) -> str:
        """What it is judged by: accuracy, micro_f1 or span_f1."""
        return self.settings.predict.score

    def follow(self, rates: int, epochs: int) -> None:
        """Try so many learning rates, where the user did not give one, in runs of so many epochs."""
        train = self.settings.train
        self.rates = (train.rate or 0.0,) if self.rate_given else rates_around(train.rate or 0.0, rates)
        changed = self.settings.model_copy(update={"train": train.model_copy(update={"epochs": epochs})})
        self.fitted = self.fitted._replace(settings=changed)

    def at(self, rate: float, seed: int) -> Settings:
        """The settings of one run."""
        train = self.settings.train.model_copy(update={"rate": rate, "seed": seed})
        return self.settings.model_copy(update={"train": train})

    def has(self, rate: float, seed: int) -> bool:
        """Whether that run is finished."""
        return any((run.rate, run.seed) == (rate, seed) for run in self.runs)

    @property
    def tried(self) -> list[Run]:
        """The runs of the search, in the order of the rates."""
        return sorted((run for run in self.runs if run.seed == self.first_seed), key=lambda run: run.rate)

    @property
    def rate(self) -> float:
        """The rate whose run is best on dev so far; the lowest if all have failed, the preset if none has ended."""
        ended = [run for run in self.tried if run.dev is not None]
        if ended:  # among equals the one that was tried first, nearest to the preset
            return max(ended, key=lambda run: (_dev(run), -self.rates.index(run.rate))).rate
        return min((run.rate for run in self.tried), default=self.rates[0])

    @property
    def counted(self) -> list[Run]:
        """The finished runs at the chosen rate, failed ones among them, by seed: that of the search is the first."""
        return sorted((run for run in self.runs if run.rate == self.rate), key=lambda run: run.seed)

    @property
    def ended(self) -> list[Run]:
        """Of those that count, the ones that did not fail."""
        return [run for run in self.counted if run.failure is None]

    @property
    def best(self) -> Run | None:
        """The run that is best on dev, whose model is kept; None if none has ended."""
        return max(self.ended, key=_dev, default=None)

    def report(self, measured: dict[str, Any]) -> dict[str, Any]:
        """What results.json says of this model; measured: of its best run's model, None for what was not."""
        scores = [run.test for run in self.ended if run.test is not None]
        failures = [run.failure for run in self.counted if run.failure is not None]
        found = self.fitted
        return {
            "name": self.name,
            "scores": scores,
            "dev_scores": [run.dev for run in self.ended],
            "seeds": [run.seed for run in self.ended],
            "mean": statistics.fmean(scores) if scores else None,
            "sd": statistics.stdev(scores) if len(scores) > 1 else None,
            "failed_seeds": len(failures),
            "failures": failures,
            "seconds": [run.seconds for run in self.ended],
            "rate": self.rate,
            "rates": []
            if self.rate_given
            else [{"rate": run.rate, "dev": run.dev, "failure": run.failure} for run in self.tried],
            "budget": {"field": found.field, "value": found.value, "exempt": found.exempt, "note": found.note},
            **measured,
            "curves": [{"seed": run.seed, "curve": run.curve} for run in self.ended],
            "settings": self.at(self.rate, self.first_seed).model_dump(mode="json", exclude_none=True),
        }


def turns(entries: Sequence[Entry], seeds: int) -> Iterator[tuple[Entry, float, int]]:
    """Whose turn it is, at which rate and with which seed: round after round, so that every model has had as many.

    First every rate of the search with the first seed, the preset in the first round; then the other seeds, at the
    rate that is best on dev by then. Runs that are finished already are in it, too.
    """
    for place in range(max(len(entry.rates) for entry in entries)):
        for entry in entries:
            if place < len(entry.rates):
                yield entry, entry.rates[place], entry.first_seed
    for later in range(1, seeds):
        for entry in entries:
            yield entry, entry.rate, entry.first_seed + later


def _dev(run: Run) -> float:
    return float("-inf") if run.dev is None else run.dev
