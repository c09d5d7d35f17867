"""How long the runs of a model take, from a few bare steps of it: before the race, so that it can be cut to size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from atrous.answering.predict import accelerator
from atrous.bundle import Bundle
from atrous.comparing.plan import Costs
from atrous.comparing.speed import stepper
from atrous.config import Settings
from atrous.contract import Batch
from atrous.training.loader import Loader
from atrous.training.tokens import Tokens

_SECONDS = 0.3  # spent on the steps of one model, and on its passes over dev
_TRAINER = 0.001  # seconds that the trainer adds to a step; benchmarks/race.py says how near the estimate came
_RUN = 0.5  # seconds to begin a run and to end it, besides reading dev and test once more
_SPEED = 4.0  # seconds to measure the speed of one model at the end
_DEV_ROWS = 256  # a batch of dev


def costs(settings: Settings, tokens: Tokens, labels: tuple[str, ...], *, device: str, searched: bool) -> Costs:
    """What a run of this model takes, from an untrained one."""
    place = torch.device(accelerator(device))
    with torch.random.fork_rng(devices=[]):
        model = Bundle.fresh(settings, tokens.reader, labels).model.to(place)
    loader = Loader(tokens.train, rows=settings.train.batch, seed=0)
    dev = Loader(tokens.dev, rows=_DEV_ROWS, seed=0)
    training = _seconds_each(stepper(model.train(), settings.resolved().train)[0], loader, place) + _TRAINER
    model.eval()
    reading = _seconds_each(torch.inference_mode()(lambda batch, _: model(batch)), dev, place)
    rows = len(tokens.dev) + len(tokens.test)
    return Costs(
        # Dev is read once more at the end, and test twice: for its scores and for its answers.
        run=_RUN + reading * (rows + len(tokens.test)) / _DEV_ROWS,
        epoch=training * len(loader) + reading * len(dev),
        speed=_SPEED,
        searched=searched,
    )


def _seconds_each(step: Callable[[Batch, Tensor], object], loader: Loader, place: torch.device) -> float:
    """The mean time of a step over batches as the run will meet them, after one that does not count."""
    first = next(_placed(loader, place))
    step(*first)
    count, started = 0, time.perf_counter()
    for batch in _placed(loader, place):
        step(*batch)
        count += 1
        if time.perf_counter() - started > _SECONDS:
            break
    if place.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - started) / max(1, count)


def _placed(loader: Loader, place: torch.device) -> Iterator[tuple[Batch, Tensor]]:
    for batch, targets in loader:
        yield batch.map(lambda part: part.to(place)), targets.to(place)
