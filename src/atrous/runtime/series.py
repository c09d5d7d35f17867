"""Series of numbers out of text, and onto one scale. Needs numpy alone; every export carries a copy of this file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.errors import DataError, FolderError

MISSING = ("", "?", "nan")  # in any capitals

Values = NDArray[np.float64]


def parse(row: Any, *, features: int = 0) -> Values:
    """The numbers of a series, (steps, features), NaN where one is missing.

    row: a text of steps with spaces between, the features of a step with commas between, a missing one empty, `?` or
        `nan`; or a list of numbers, or of lists of as many, None or NaN for missing; or an array.
    features: how many a step must have; 0 takes the number that the first step has (1, if there is no step).

    >>> parse("1.5 ? 3").tolist(), parse("1,2 3,? ,5").tolist()
    ([[1.5], [nan], [3.0]], [[1.0, 2.0], [3.0, nan], [nan, 5.0]])
    >>> parse([[1, None]]).tolist(), parse("", features=2).shape
    ([[1.0, nan]], (0, 2))

    Raises DataError, naming the step, for what is no number and for a step of another number of features.
    """
    if isinstance(row, str):
        steps: Sequence[Any] = [step.split(",") for step in row.split()]
    elif isinstance(row, Sequence | np.ndarray):
        steps = [step if _has_parts(step) else [step] for step in row]
    else:
        raise DataError(f"expected a series of numbers, got {type(row).__name__}; write it as in '1.5 2 ? 3'")
    features = features or (len(steps[0]) if steps else 1)
    for place, step in enumerate(steps, 1):
        if len(step) != features:
            raise DataError(
                f"step {place} has {len(step)} values, expected {features}; "
                "put commas between the values of a step, spaces between steps, and `?` where one is missing"
            )
    numbers = [_number(value, place) for place, step in enumerate(steps, 1) for value in step]
    return np.array(numbers, np.float64).reshape(len(steps), features)


def _has_parts(step: Any) -> bool:
    if isinstance(step, np.ndarray):
        return step.ndim > 0
    return isinstance(step, Sequence) and not isinstance(step, str | bytes)


def _number(value: Any, place: int) -> float:
    if value is None or (isinstance(value, str) and value.strip().lower() in MISSING):
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.inf
    if math.isinf(number):
        shown = repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}..."
        raise DataError(f"step {place}: {shown} is no finite number; write a number, or `?` where one is missing")
    return number


@dataclass(frozen=True)
class Series:
    """The scale of each feature: values become (value - mean) / deviation.

    mean, deviation: one a feature, of the training rows.

    >>> Series((2.0,), (4.0,))("2 ? 6").tolist()
    [[0.0], [nan], [1.0]]

    Raises ValueError if there is no feature, not one deviation a mean, or a deviation that is not above 0.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.mean or len(self.mean) != len(self.deviation):
            raise ValueError(
                f"Series needs a mean and a deviation for each feature, got {len(self.mean)} and {len(self.deviation)}"
            )
        if not all(map(math.isfinite, (*self.mean, *self.deviation))) or min(self.deviation) <= 0:
            raise ValueError(f"Series needs finite numbers and deviations above 0, got {self.mean}, {self.deviation}")

    @property
    def features(self) -> int:
        """Numbers a step."""
        return len(self.mean)

    def __call__(self, row: Any) -> NDArray[np.float32]:
        """The values of a row on the scale, (steps, features); raises DataError as `parse` does."""
        # In double precision, so that a large mean (a time stamp) costs no digits.
        return ((parse(row, features=self.features) - self.mean) / self.deviation).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {"mean": list(self.mean), "deviation": list(self.deviation)}

    @classmethod
    def from_json(cls, values: Any) -> Series:
        """The scale that `to_json` wrote; raises FolderError if it is not one.

        >>> Series.from_json({"mean": [0.5], "deviation": [2.0]}).features
        1
        """
        try:
            if not isinstance(values, Mapping) or set(values) != {"mean", "deviation"}:
                raise ValueError(f"expected mean and deviation, got {values!r:.60}")
            mean, deviation = (tuple(float(number) for number in values[name]) for name in ("mean", "deviation"))
            return cls(mean, deviation)
        except (TypeError, ValueError, OverflowError) as error:
            raise FolderError(f"the model's scale of values cannot be read: {error}; train the model again") from error
