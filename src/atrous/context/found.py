"""What was found, in numbers and in words. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from atrous.context.choice import Choice
from atrous.context.runs import Run
from atrous.context.terms import holding
from atrous.page.words import counted, listed, points
from atrous.runtime.readable import spoken

FORMAT = 1
_UNITS = {"bytes": "byte", "characters": "character", "words": "word", "bpe": "byte pair", "values": "step"}


@dataclass(frozen=True)
class Needs:
    """How much context the data need.

    answer: tokens of the smallest window that no larger one beats; None if no window helps. interval: the windows
    between which 95 of 100 redrawn test sets and seeds answer; share: how many do. growing: whether the largest window
    that was tried is still clearly better than the one before; then the data need `answer` at least.
    windows: of each window "window", "mean" with "low" and "high" of its 95 % interval, "scores" and "seeds",
    "failures", "epochs" and "seconds". majority: the score of always the same answer. score: what is counted.
    token: what a window is counted in. rows: how many there are of each part, and the "longest" and "usual" of them.
    settings: of a model that sees the answer, as TOML; None without an answer.
    around: whether a window lies around a token, half before it and half after, as those of taggers do.
    """

    answer: int | None
    interval: tuple[int, int] | None
    share: float | None
    growing: bool
    resolution: float
    margin: float
    windows: tuple[dict[str, Any], ...]
    majority: float
    score: str
    token: str
    rows: dict[str, int]
    files: dict[str, str]
    settings: str | None = None
    around: bool = False

    def to_json(self) -> dict[str, Any]:
        """What needs.json holds."""
        return {"format": FORMAT, **asdict(self), "verdict": self.sentences}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Needs:
        """What `to_json` gave. Raises TypeError and KeyError for what it did not give."""
        kept = {name: value for name, value in found.items() if name not in ("format", "verdict")}
        interval = kept["interval"] and (int(kept["interval"][0]), int(kept["interval"][1]))
        return cls(**{**kept, "interval": interval, "windows": tuple(kept["windows"])})

    @property
    def unit(self) -> str:
        """What a window is counted in, one of them."""
        return _UNITS[self.token]

    @property
    def sentences(self) -> list[str]:
        """The answer first, then how sure it is."""
        if self.answer is None or self.interval is None:
            best = max(self.windows, key=lambda one: float(one["mean"]))
            said = [
                f"No window helps: none is clearly better than always giving the same answer ({self.majority:.4f})."
            ]
            if best["mean"] - self.majority >= self.margin:
                luck = f"with {counted(self.rows['test'], 'test row')} that may be luck: give more with --test"
                said.append(f"Window {best['window']:,} has {best['mean']:.4f}, but {luck}.")
            else:
                said.append(
                    "The labels do not depend on the rows as this model reads them, or it has learnt too little: "
                    "give more rows, or more epochs with --set train.epochs=N."
                )
            return [*said, *self._failed]
        size, best = counted(self.answer, self.unit), self.windows[-1]["window"]
        if self.around:
            size += f" around each ({self.answer // 2:,} before, {self.answer // 2:,} after)"
        first = (
            f"Still growing at {size}: the data need {size} at least; ask again with --most {holding(best + 1)}."
            if self.growing
            else f"The data need a window of {size}: no larger one, up to {best:,}, is clearly better by "
            f"{points(self.margin, sign=False)} points or more."
        )
        low, high = self.interval
        between = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        said = [first, f"Of 100 redrawn test sets and seeds {100 * (self.share or 0):.0f} say {between}."]
        if self.resolution > self.margin and self.answer != best:
            said.append(
                f"With {counted(self.rows['test'], 'test row')} and these seeds, a larger window that is better by "
                f"less than {points(self.resolution, sign=False)} points cannot be told from luck."
            )
        return [*said, *self._failed]

    @property
    def _failed(self) -> list[str]:
        counts = [(one["window"], len(one["failures"])) for one in self.windows if one["failures"]]
        if not counts:
            return []
        said = listed([f"{counted(failed, 'seed')} at window {window:,}" for window, failed in counts])
        return [f"Failed: {said}."]

    def __str__(self) -> str:
        return " ".join(self.sentences)

    def _repr_html_(self) -> str:
        from atrous.context.picture import fragment

        return fragment(self)


def summed(
    choice: Choice, runs: Mapping[int, list[Run]], *, margin: float, score: str, token: str, rows: Mapping[str, int],
    files: Mapping[str, str], settings: str | None, around: bool = False,
) -> Needs:  # fmt: skip
    """What the runs and what was made of them say."""
    windows = []
    for window, score_of in choice.scores.items():
        ended = [one for one in runs[window] if one.failure is None]
        windows.append(
            {
                "window": window, "mean": score_of.mean, "low": score_of.low, "high": score_of.high,
                "scores": list(score_of.seeds), "seeds": [one.seed for one in ended],
                "failures": [one.failure for one in runs[window] if one.failure is not None],
                "epochs": [one.epochs for one in ended], "seconds": [one.seconds for one in ended],
            }
        )  # fmt: skip
    interval = None if choice.low is None or choice.high is None else (choice.low, choice.high)
    return Needs(
        choice.window, interval, choice.share, choice.growing, choice.resolution, margin, tuple(windows),
        choice.majority, score, token, dict(rows), dict(files), settings, around,
    )  # fmt: skip


def chart(needs: Needs, *, width: int = 100, plain: bool = False) -> str:
    """Quality against window, a line each: the mean, its interval drawn, and every seed.

    plain: draw with ASCII alone.
    """
    line, dot, arrow = ("-", "o", "<-") if plain else ("─", "●", "←")
    ends = [one[name] for one in needs.windows for name in ("low", "high")] + [needs.majority]
    low, high = min(ends), max(ends)
    title = f"{spoken(needs.score)} on test"
    room = max(10, width - 54)

    def place(value: float) -> int:
        share: float = (value - low) / max(1e-9, high - low)
        return round((room - 1) * share)

    lines = [f"{'window':>7}  {title:<26}  {low:<.4f}{high:>{room - 6}.4f}"]
    for one in needs.windows:
        drawing = [" "] * room
        drawing[place(needs.majority)] = "|" if plain else "┊"
        for column in range(place(one["low"]), place(one["high"]) + 1):
            drawing[column] = line
        drawing[place(one["mean"])] = dot
        interval = f"{one['mean']:.4f} ({one['low']:.4f} to {one['high']:.4f})"
        mark = f" {arrow}" if one["window"] == needs.answer else ""
        lines.append(f"{one['window']:>7,}  {interval:<26}  {''.join(drawing)}{mark}".rstrip())
    seeds = counted(max((len(one["scores"]) for one in needs.windows), default=0), "seed")
    notes = (
        f"{'':>7}  mean of {seeds}, 95 % interval; {'|' if plain else '┊'} always the same answer: {needs.majority:.4f}"
    )
    return "\n".join([*lines, notes])
