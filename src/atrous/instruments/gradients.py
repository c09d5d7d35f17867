"""Does the gradient get there? Over lags, to the steps that a model should use, and over depth, to its first layers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from atrous.answering.chunks import evaluating
from atrous.bundle.trained import Bundle
from atrous.contract import Batch
from atrous.data.batch import Examples
from atrous.data.progress import Progress
from atrous.draw.gradients import Gradients, Lags, LayerGradient, Profile, profile
from atrous.errors import DataError
from atrous.instruments.beginning import untrained
from atrous.instruments.depth import Pulls
from atrous.instruments.lags import POSITIONS, Sizes, gradient_per_lag
from atrous.model import Model
from atrous.runtime.lengths import by_length
from atrous.window import Number, Window

ROWS = 256
LAGS = 256  # to each side where the window has no end; what lies beyond is added up
STEPS = 1024  # of a row that are read; of a model whose window is longer, as many as that, up to MOST
MOST = 16_384
MOST_POSITIONS = 32  # of a row, where there are few rows


def gradients(
    bundle: Bundle,
    examples: Examples,
    *,
    rows: int = ROWS,
    positions: int = POSITIONS,
    seed: int = 0,
    quiet: bool = True,
) -> Gradients:
    """The effective field of a model on real rows, and the gradient at each of its layers, before and after training.

    A bundle without scores was never trained: it has a start and no end. All is measured at evaluation, on the same
    rows, steps and signs at the start and at the end, where the model is. See `gradient_per_lag` and `Pulls` for what
    the numbers are; the loss is the plain one, of the rows' labels.

    examples: rows with their targets. rows: how many of them are drawn. positions: output steps of each, more if there
        are few rows. seed: of what is drawn. quiet: do not say how far it is.

    Raises DataError if no row has a step, and if no gradient reaches the embedding: the network is dead, and the
    message says from which layer on.
    """
    if not examples.lengths.any():
        raise DataError("no row has a single token, so there is nothing to measure; give rows with texts")
    chosen = _drawn(examples, rows, seed)
    window = bundle.model.encode.window
    limit = max(STEPS, min(window.size, MOST))
    remarks = []
    if cut := int((examples.lengths[chosen] > limit).sum()):
        remarks.append(f"{cut:,} of {len(chosen):,} rows are longer than {limit:,} tokens; so many are read of them")
    start, why = untrained(bundle) if bundle.scores else (bundle.model, "")
    remarks += [f"the start: {why}"] * bool(why)
    end = bundle.model if bundle.scores else None
    positions = max(positions, min(MOST_POSITIONS, 2 * ROWS // len(chosen)))
    models = [None if model is None else (model, f"the {when}") for model, when in ((start, "start"), (end, "end"))]
    with Progress(quiet=quiet, what="measuring", total=2 * len(chosen) * sum(one is not None for one in models)) as bar:
        at = _Reading(examples, chosen, int(limit), positions, seed, bar)
        fields = [None if one is None else at.lags(one[0]) for one in models]
        pulls = [None if one is None else at.pulls(one[0]) for one in models]
    for one, found in zip(models, pulls, strict=True):
        if found is not None and one is not None and (one[0] is end or end is None):
            _alive(found)
    lags = _lags(window, *fields)
    return Gradients(len(chosen), lags, _layers(*pulls), (*remarks, *_limits(lags)))


class _Reading:
    """The chosen rows, read as often as asked."""

    def __init__(
        self, examples: Examples, rows: np.ndarray, limit: int, positions: int, seed: int, bar: Progress
    ) -> None:
        self.examples, self.rows, self.limit, self.positions, self.seed, self.bar = (
            examples, rows, limit, positions, seed, bar,
        )  # fmt: skip
        self.done = 0

    def batches(self, model: Model) -> Iterator[tuple[Batch, Tensor]]:
        device = next(model.parameters()).device
        lengths = np.minimum(self.examples.lengths[self.rows], self.limit)
        for places, _ in by_length(lengths, rows=64):
            batch, targets = self.examples.batch(self.rows[places])
            batch = batch.cut(slice(0, self.limit))._replace(lengths=batch.lengths.clamp(max=self.limit))
            yield batch.map(lambda part: part.to(device)), targets.to(device)
            self.done += len(places)
            self.bar.show(self.done)

    def lags(self, model: Model) -> Sizes:
        def embedded() -> Iterator[tuple[Tensor, Tensor]]:
            for batch, _ in self.batches(model):
                with torch.no_grad():
                    x = model.embed(batch)
                yield x, batch.mask

        with evaluating(model):
            return gradient_per_lag(model.encode, embedded(), positions=self.positions, seed=self.seed)

    def pulls(self, model: Model) -> Pulls:
        with evaluating(model), Pulls(model) as pulls, torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
            for batch, targets in self.batches(model):
                loss = model.predict.loss(model(batch), targets)
                below = [] if pulls.fixed is None else [pulls.fixed]
                learning = [one for one in model.parameters() if one.requires_grad]
                torch.autograd.grad(loss, [*below, *learning], allow_unused=True)
        return pulls


def _drawn(examples: Examples, rows: int, seed: int) -> np.ndarray:
    """So many of the rows that have a step, in the order of the data."""
    there = np.flatnonzero(examples.lengths)
    if len(there) > rows:
        there = np.random.default_rng(seed).choice(there, rows, replace=False)
    return np.sort(there)


def _lags(window: Window, start: Sizes | None, end: Sizes | None) -> Lags:
    """Both fields over the lags of the window that the rows have."""
    known = [one for one in (start, end) if one is not None]
    lowest = known[0].lowest
    highest = lowest + len(known[0].sizes) - 1
    first, last = -min(_side(window.left), -lowest), min(_side(window.right), highest)
    return Lags(window, first, last, *(_profile(one, first, last) for one in (start, end)))


def _side(side: Number) -> int:
    return LAGS if side == math.inf else math.floor(side)


def _profile(found: Sizes | None, first: int, last: int) -> Profile | None:
    return None if found is None else profile(found.sizes, lowest=found.lowest, first=first, last=last)


def _layers(start: Pulls | None, end: Pulls | None) -> tuple[LayerGradient, ...]:
    known = end or start
    assert known is not None
    before, after, dead = (start.norms if start else {}), (end.norms if end else {}), known.dead
    return tuple(LayerGradient(name, before.get(name), after.get(name), dead.get(name)) for name in known.layers)


def _alive(found: Pulls) -> None:
    """Refuse a network without any gradient. Raises DataError, naming the layer that it ends at."""
    norms = found.norms
    names = [name for name in found.layers if name in norms]
    if norms[names[0]] > 0:
        return
    reached = [name for name in names if norms[name] > 0]
    if not reached:
        raise DataError(
            "the loss of every row is 0 to the last digit: there is no gradient to measure; give other rows"
        )
    before = names[names.index(reached[0]) - 1]
    raise DataError(
        f"a dead network: the gradient of the loss ends behind {before}, which gets none, nor does any layer before "
        f"it; the first that gets some is {reached[0]}. Train it anew with another seed or a lower train.rate"
    )


def _limits(lags: Lags) -> Iterator[str]:
    """What the rows cannot show, in sentences."""
    window = lags.window
    if lags.hidden:
        yield (
            f"no row is long enough for {lags.hidden:,} of the {window.size:,} tokens that the encoder sees: "
            f"only lags from {lags.first:,} to {lags.last:,} can be measured"
        )
    if math.inf in (window.left, window.right):
        where = {(True, True): "both sides", (True, False): "back", (False, True): "ahead"}
        side = where[window.left == math.inf, window.right == math.inf]
        cut = lags.first == -LAGS or lags.last == LAGS
        rest = "what lies beyond is added up" if cut else "no row reaches further"
        yield f"the window has no end ({side}): lags from {lags.first:,} to {lags.last:,} are shown, {rest}"
