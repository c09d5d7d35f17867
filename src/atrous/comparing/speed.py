"""How fast models are and what memory they take, from bare loops in turn: the trainer's own time is nobody's merit."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from atrous.bundle import Bundle
from atrous.comparing.memory import peak_bytes
from atrous.config import Settings
from atrous.config.fields import Train
from atrous.contract import Batch
from atrous.data.batch import Examples
from atrous.model import Model
from atrous.runtime.reader import Row as Given
from atrous.training.objective import objective

_ROUNDS = 3  # each model once a round, so that a busy moment of the machine hits all of them
_SECONDS = 0.3  # for one measurement of one model


def speeds(models: Sequence[tuple[Bundle, Settings]], texts: Sequence[Given]) -> list[dict[str, float]]:
    """Of each model, the median of three rounds in turn, on the device it is on.

    train_steps_per_second: bare optimiser steps (forward, backward, AdamW) on one batch of the settings' size.
    texts_per_second: text in, label out, all texts together. milliseconds_alone: the same, one text at a time.
    peak_bytes: of the tensors alive at once in such a step: parameters, gradients, AdamW's two means, activations.
    """
    runners = [_Runners(bundle, settings, texts) for bundle, settings in models]
    found: list[dict[str, list[float]]] = [{name: [] for name in runner.parts} for runner in runners]
    for _ in range(_ROUNDS):
        for runner, rates in zip(runners, found, strict=True):
            for name, (run, count) in runner.parts.items():
                rates[name].append(count * _rate(run))
    medians = [{name: statistics.median(rates) for name, rates in one.items()} for one in found]
    return [
        {
            "train_steps_per_second": round(one["train"], 2),
            "texts_per_second": round(one["together"], 1),
            "milliseconds_alone": round(1000 / one["alone"], 3),
            "peak_bytes": peak_bytes(runner.model, runner.parts["train"][0], runner.optimiser),
        }
        for runner, one in zip(runners, medians, strict=True)
    ]


def stepper(model: Model, train: Train) -> tuple[Callable[[Batch, Tensor], None], torch.optim.Optimizer]:
    """A bare step of training (forward, backward, AdamW), which moves the model by next to nothing; and its AdamW.

    train: what the step makes small.
    """
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-6, fused=True)

    def step(batch: Batch, targets: Tensor) -> None:
        optimiser.zero_grad()
        objective(model, batch, targets, train).backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    return step, optimiser


class _Runners:
    """What to repeat, and how many steps or texts each time does."""

    def __init__(self, bundle: Bundle, settings: Settings, texts: Sequence[Given]) -> None:
        few = list(texts[:2048])
        tagged = bundle.model.tags
        rows = Examples.of(bundle.reader, few, None if tagged else bundle.targets.zeros(len(few)), tagged=tagged)
        # Every k-th row by length: a batch as the training meets them, of the middle length.
        size = min(settings.train.batch, len(few))
        middle = rows.lengths.argsort()[(len(few) - size) // 2 :][:size]
        batch, targets = rows.batch(middle)
        device = next(bundle.model.parameters()).device
        batch, targets = batch.map(lambda part: part.to(device)), targets.to(device)
        self.model = copy.deepcopy(bundle.model).train()
        step, self.optimiser = stepper(self.model, bundle.settings.train)
        self.parts: dict[str, tuple[Callable[[], object], int]] = {
            "train": (lambda: step(batch, targets), 1),
            "together": (lambda: bundle.predict(few), len(few)),
            "alone": (lambda: [bundle.predict(text) for text in few[:10]], min(10, len(few))),
        }


def _rate(run: Callable[[], object]) -> float:
    """Calls a second, after one that does not count."""
    run()
    calls, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < _SECONDS or not calls:
        run()
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            torch.cuda.synchronize()  # what was queued is not yet done
        calls += 1
    return calls / (spent or _SECONDS)
