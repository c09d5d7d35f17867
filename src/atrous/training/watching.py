"""The gradient at every layer while a model trains, in a file beside the log."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightning
from lightning.pytorch import callbacks

from atrous.data.progress import announce
from atrous.draw.gradients import LITTLE
from atrous.instruments.depth import Pulls
from atrous.model import Model
from atrous.runtime.processes import Processes
from atrous.training.learner import LOG_EVERY
from atrous.training.log import Log

GRADIENTS = "gradients.csv"  # in the model folder, beside the log
LONG = 3  # looks in a row at which a gradient is nothing before the user is told


class WatchGradients(callbacks.Callback):
    """Looks at the gradient of the loss at the output of each layer, as `Pulls` does, every `LOG_EVERY` steps.

    Its rows go into a CSV file, one column a layer, and to the run's logger; the file is in every checkpoint, and a
    resumed run goes on with it. A layer that no gradient, or none that is finite, reaches for `LONG` looks in a row is
    told of at once. It changes no number of the training.

    work: the folder of the run. quiet: say nothing.
    """

    def __init__(self, model: Model, work: Path, *, own: Processes = Processes(), quiet: bool = False) -> None:  # noqa: B008
        self.pulls, self.quiet = Pulls(model, watching=False), quiet or not own.first
        # Lightning puts a method of its own on every callback under the name log.
        self.record = Log(work / GRADIENTS if own.first else None, self.pulls.layers)
        self._goes_on = False
        self._without: Counter[str] = Counter()  # looks in a row at which a layer had no gradient

    @property
    def state_key(self) -> str:
        return "gradients"

    def state_dict(self) -> dict[str, Any]:
        return {"log": self.record.text, "without": dict(self._without)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.record.restart(state["log"])
        self._goes_on, self._without = True, Counter(state["without"])

    def on_fit_start(self, trainer: lightning.Trainer, *_: Any) -> None:
        if not self._goes_on:
            self.record.restart()

    def on_train_batch_start(self, trainer: lightning.Trainer, *_: Any) -> None:
        self.pulls.watching = trainer.global_step % LOG_EVERY == 0

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        if not self.pulls.watching:
            return
        norms = {name: float(f"{norm:.7g}") for name, norm in self.pulls.norms.items()}
        self.pulls.clear()
        self.pulls.watching = False
        self.record.add(trainer.current_epoch + 1, trainer.global_step, **norms)
        if trainer.logger is not None:
            trainer.logger.log_metrics(
                {f"gradient/{name}": norm for name, norm in norms.items()}, trainer.global_step - 1
            )
        self._look(norms, trainer.global_step)

    def _look(self, norms: Mapping[str, float], step: int) -> None:
        """Tell of layers that had nothing for long, once each time that it begins."""
        for name, norm in norms.items():
            self._without[name] = 0 if norm > 0 and math.isfinite(norm) else self._without[name] + 1
        if poor := [name for name in norms if self._without[name] == LONG]:
            what = "no gradient" if all(norms[name] == 0 for name in poor) else "no finite gradient"
            most = ", ".join(poor[:3]) + f" and {len(poor) - 3} more layers" * (len(poor) > 3)
            announce(
                f"step {step:,}: {what} has reached {most} for {(LONG - 1) * LOG_EVERY} steps: nothing is learnt "
                "there; lower train.rate, or train with another seed",
                quiet=self.quiet,
            )

    def close(self) -> None:
        """Leave the model as it was."""
        self.pulls.close()

    def sum_up(self) -> None:
        """Say in one line how the gradient of the first and the last layer of the way went."""
        announce(*filter(None, [summary(self.record.text)]), quiet=self.quiet)


def summary(text: str) -> str:
    """What the file says from its first row to its last, in a sentence; "" where it has no row.

    >>> print(summary("epoch,step,embed: A,encode: B,attend: Max\\n1,1,0.5,0.25,1.0\\n1,21,0.125,0.5,1.0\\n"))
    gradients: embed: A went from 0.5 to 0.125, encode: B from 0.25 to 0.5; none vanished
    """
    rows = [*csv.DictReader(text.splitlines())]
    if not rows:
        return ""
    layers = [name for name in rows[0] if name not in ("epoch", "step")]
    numbers = [{name: float(row[name] or "nan") for name in layers} for row in (rows[0], rows[-1])]
    first = layers[0]
    last = next((name for name in reversed(layers) if name.startswith("encode: ")), layers[-1])
    went = [f"{name} {{}}from {numbers[0][name]:.3g} to {numbers[1][name]:.3g}" for name in (first, last)]
    now = numbers[1]
    if lost := [name for name in layers if not (now[name] > 0 and math.isfinite(now[name]))]:
        end = f"none, or none that is finite, reaches {lost[0]}" + f" and {len(lost) - 1} more" * (len(lost) > 1)
    elif now[first] < LITTLE * now[last]:
        end = "it vanished on its way"
    elif now[first] > now[last] / LITTLE:
        end = "it exploded on its way"
    else:
        end = "none vanished"
    return f"gradients: {went[0].format('went ')}, {went[1].format('')}; {end}"
