"""What values a setting may be given by a search. No torch here, and no optuna: a trial of it is handed in."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias


class Whole(NamedTuple):
    """The whole numbers low, low + step, ... up to high."""

    low: int
    high: int
    step: int = 1

    def ask(self, trial: Any, name: str) -> int:
        """The value that the trial gives to the setting of this name."""
        return int(trial.suggest_int(name, self.low, self.high, step=self.step))

    def asked(self, value: int) -> int:
        """What the trial would have given for this value of the setting."""
        return value

    def has(self, value: Any) -> bool:
        """Whether it is one of them."""
        return value in range(self.low, self.high + 1, self.step)


class Share(NamedTuple):
    """Shares from 0 to `high`, `step` apart."""

    high: float = 0.5
    step: float = 0.05

    def ask(self, trial: Any, name: str) -> float:
        """As of Whole."""
        return round(float(trial.suggest_float(name, 0.0, self.high, step=self.step)), 6)

    def asked(self, value: float) -> float:
        """As of Whole."""
        return value

    def has(self, value: Any) -> bool:
        """As of Whole."""
        return any(abs(value - self.step * place) < 1e-9 for place in range(round(self.high / self.step) + 1))


class Times(NamedTuple):
    """Numbers from low to high times the encoder's preset, on a logarithmic scale, with three digits.

    What a search learns of one encoder's rate, it so knows of the others'.
    """

    low: float
    high: float
    preset: float = 1.0

    def ask(self, trial: Any, name: str) -> float:
        """As of Whole."""
        return float(f"{self.preset * trial.suggest_float(name, self.low, self.high, log=True):.3g}")

    def asked(self, value: float) -> float:
        """As of Whole."""
        return value / self.preset

    def has(self, value: Any) -> bool:
        """As of Whole."""
        return bool(self.low * 0.99 <= value / self.preset <= self.high * 1.01)  # for it is rounded


class Among(NamedTuple):
    """One of a few values."""

    values: tuple[Any, ...]

    def ask(self, trial: Any, name: str) -> Any:
        """As of Whole."""
        return self.values[self._names().index(trial.suggest_categorical(name, self._names()))]

    def asked(self, value: Any) -> str:
        """As of Whole."""
        return self._names()[self.values.index(value)]

    def has(self, value: Any) -> bool:
        """As of Whole."""
        return value in self.values

    def _names(self) -> list[str]:
        return [str(value) for value in self.values]


Kind: TypeAlias = Whole | Share | Times | Among
