"""What a race found, as the page reads it: every number may be missing, every name may hold anything."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from atrous.comparing.baselines import SPANS, TRIGRAMS, WORDS, strong
from atrous.errors import ConfigError
from atrous.page.words import INFINITY, finite, shown
from atrous.runtime.readable import spoken

FORMAT = 2  # of results.json
_CALLED: dict[Any, str] = {TRIGRAMS: "naive Bayes", WORDS: "usual tags", SPANS: "looked up"}
NAMES, SHORT = 40, 18  # letters of a name that are shown in the page, and in a figure


class Curve(NamedTuple):
    """One run: the score on dev after each epoch that has one."""

    seed: Any
    epochs: list[float]
    scores: list[float]


class Entry:
    """One model; place: among the models as they were asked for, which decides its colour and its marker."""

    def __init__(self, place: int, raw: Mapping[str, Any], score: str) -> None:
        self.place, self.raw, self._score = place, raw, score
        self.key = raw.get("name")
        self.name, self.short = shown(self.key, NAMES), shown(self.key, SHORT)

    def number(self, field: str) -> float | None:
        """A number of the results, None if it is not there."""
        return finite(self.raw.get(field))

    @property
    def mean(self) -> float | None:
        return self.number("mean")

    @cached_property
    def curves(self) -> list[Curve]:
        """The runs that have at least one epoch with a score."""
        found = []
        for run in mappings(self.raw.get("curves")):
            points = [(finite(one.get("epoch")), finite(one.get(self._score))) for one in mappings(run.get("curve"))]
            drawn = [(epoch, score) for epoch, score in points if epoch is not None and score is not None]
            if drawn:
                found.append(Curve(run.get("seed"), *map(list, zip(*drawn, strict=True))))
        return found

    @property
    def window(self) -> tuple[float, float] | None:
        """Tokens before and after its own, `math.inf` without end; None if it is not known."""
        raw = self.raw.get("window")
        if not isinstance(raw, Mapping):
            return None
        left, right = (math.inf if raw.get(side) == INFINITY else finite(raw.get(side)) for side in ("left", "right"))
        return None if left is None or right is None else (left, right)


class Difference(NamedTuple):
    """What was found between two models, or a model and a baseline, by the names of the results."""

    better: Any
    worse: Any
    difference: float
    low: float
    high: float
    clear: bool

    def of(self, name: Any) -> Difference:
        """The same, as `name` minus the other."""
        if name == self.better:
            return self
        return Difference(self.worse, self.better, -self.difference, -self.high, -self.low, self.clear)


class Race:
    """The whole of results.json.

    Raises ConfigError if it is of another format.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        if raw.get("format") != FORMAT:
            raise ConfigError(
                f"results of format {raw.get('format')!r}: a report needs format {FORMAT}; run atrous compare again"
            )
        self.raw = raw
        self.score = spoken(str(raw.get("score") or "accuracy"))
        field = f"dev_{raw.get('score') or 'accuracy'}"
        self.entries = [Entry(place, one, field) for place, one in enumerate(mappings(raw.get("models")))]

    @cached_property
    def ranked(self) -> list[Entry]:
        """The models with a score on test, from best to worst."""
        return sorted((one for one in self.entries if one.mean is not None), key=lambda one: -(one.mean or 0.0))

    @cached_property
    def best(self) -> Entry | None:
        """The model that was chosen on dev."""
        name = self.part("best").get("name")
        return next((one for one in self.entries if one.key == name), None)

    @cached_property
    def baselines(self) -> dict[str, float]:
        """The baselines with a score, as they are named in the results."""
        scores = {str(name): finite(value) for name, value in self.part("baselines").items()}
        return {name: value for name, value in scores.items() if value is not None}

    @property
    def tags(self) -> bool:
        """Whether every token has an answer."""
        return self.raw.get("task") == "tag"

    @property
    def beaten(self) -> str:
        """The name of the baseline that a network must beat."""
        return strong(self.baselines)

    @property
    def baseline(self) -> float | None:
        """Its score."""
        return self.baselines.get(self.beaten)

    @property
    def ceiling(self) -> float | None:
        return finite(self.raw.get("ceiling"))

    @cached_property
    def differences(self) -> list[Difference]:
        """The pairs whose interval is known."""
        found = []
        for one in mappings(self.raw.get("differences")):
            gap, low, high = (finite(one.get(field)) for field in ("difference", "low", "high"))
            if gap is not None and low is not None and high is not None:
                found.append(Difference(one.get("better"), one.get("worse"), gap, low, high, bool(one.get("clear"))))
        return found

    def part(self, name: str) -> Mapping[str, Any]:
        """A part of the results that has fields; none if it is missing."""
        found = self.raw.get(name)
        return found if isinstance(found, Mapping) else {}

    def entry(self, name: Any) -> Entry | None:
        """The model of that name; None for a baseline."""
        return next((one for one in self.entries if one.key == name), None)


def called(name: Any, most: int = NAMES) -> str:
    """The name of a model or a baseline, where there is little room."""
    return _CALLED.get(name) or shown(name, most)


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, which may be missing.

    >>> mappings(None), mappings([{"a": 1}, None])
    ([], [{'a': 1}])
    """
    return [one for one in sequence(value) if isinstance(one, Mapping)]


def sequence(value: Any) -> Sequence[Any]:
    """A list, which may be missing."""
    return value if isinstance(value, list | tuple) else ()
