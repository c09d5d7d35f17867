"""Rows whose answer is known, models that answer them, and the same search, training and seeds for every model."""

import math
import statistics
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from atrous.attend import POOLS
from atrous.comparing.terms import rates_around
from atrous.contract import Batch, Layer
from atrous.embed import Tokens
from atrous.training.schedule import warm_up_and_decay

EMBEDDED = 16  # channels of the vector of a token
BATCH = 32
IGNORED = -100  # the target of a step that is not asked
SOLVED = 0.995  # accuracy on dev at which a run ends: it has learnt what there is
CHECKS = 10  # looks at dev in a run


@dataclass(frozen=True)
class Scale:
    """How much is measured. steps: of a run. rates, seeds: of each model. rows: to choose and to judge by, each."""

    steps: int
    rates: int
    seeds: int
    rows: int
    tiny: bool = False


FULL = Scale(steps=400, rates=3, seeds=3, rows=512)
TINY = Scale(steps=1, rates=1, seeds=2, rows=8, tiny=True)


class Task(NamedTuple):
    """Rows that are drawn as they are needed.

    ids: how many token ids. draw: from a count and a generator to ids and targets, both (rows, time); a target is one
    of `labels`, or IGNORED. others: draws the rows that a model is chosen and judged by, where not `draw`.
    """

    ids: int
    labels: int
    draw: Callable[[int, torch.Generator], tuple[Tensor, Tensor]]
    others: Callable[[int, torch.Generator], tuple[Tensor, Tensor]] | None = None

    @property
    def judged(self) -> Callable[[int, torch.Generator], tuple[Tensor, Tensor]]:
        """Draws what a model is chosen and judged by."""
        return self.others or self.draw


class Answers(nn.Module):
    """Tokens, an encoder, and an answer at every step, or of what a pool makes of all steps.

    What an encoder with a stride says at the end of a block is held until it says the next; zeros before the first.
    """

    def __init__(self, task: Task, encode: Layer, pool: str | None = None) -> None:
        super().__init__()
        assert encode.outputs is not None
        self.embed, self.encode = Tokens(task.ids, EMBEDDED), encode
        self.pool = None if pool is None else POOLS[pool](encode.outputs)
        self.say = nn.Linear(encode.outputs, task.labels)

    def vectors(self, ids: Tensor) -> Tensor:
        """What the tokens are embedded as, (rows, time, channels)."""
        return self.embed(Batch(ids, torch.full((len(ids),), ids.shape[1])))

    def forward(self, ids: Tensor) -> Tensor:
        y = self.encode(self.vectors(ids))
        if self.pool is not None:
            return self.say(self.pool(y))[:, None]
        return self.say(held(y, int(self.encode.window.stride))[:, : ids.shape[1]])


def held(y: Tensor, stride: int) -> Tensor:
    """Each output `stride` times, from the last step of its block on."""
    if stride == 1:
        return y
    return F.pad(y.repeat_interleave(stride, 1), (0, 0, stride - 1, 0))


def right(logits: Tensor, targets: Tensor) -> tuple[int, int]:
    """How many answers are right, and how many were asked. A pooled answer is that of the last step."""
    targets = targets[:, -logits.shape[1] :]
    asked = targets != IGNORED
    return int(((logits.argmax(-1) == targets) & asked).sum()), int(asked.sum())


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean cross-entropy of what is asked, in nats."""
    return F.cross_entropy(logits.flatten(0, 1), targets[:, -logits.shape[1] :].flatten(), ignore_index=IGNORED)


@torch.no_grad()
def accuracy(model: nn.Module, ids: Tensor, targets: Tensor) -> float:
    """The share of the answers that are right."""
    model.eval()
    parts = [right(model(ids[place : place + 64]), targets[place : place + 64]) for place in range(0, len(ids), 64)]
    model.train()
    return sum(part for part, _ in parts) / sum(asked for _, asked in parts)


def optimiser_of(model: nn.Module, rate: float, steps: int) -> tuple[torch.optim.Optimizer, Any]:
    """What atrous trains with: AdamW, warm-up and decay."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, warm_up_and_decay(steps, warmup=0.1))


def learn(model: nn.Module, task: Task, *, rate: float, seed: int, scale: Scale) -> dict[str, Any]:
    """Train on rows drawn anew at each step; what is kept of the run. `failed` if the loss was no longer finite."""
    drawn = torch.Generator().manual_seed(1000 + seed)
    dev, test = (task.judged(scale.rows, torch.Generator().manual_seed(place)) for place in (1, 2))
    optimiser, schedule = optimiser_of(model, rate, scale.steps)
    found: dict[str, Any] = {"rate": rate, "seed": seed, "failed": False, "solved_after": None}
    for step in range(1, scale.steps + 1):
        ids, targets = task.draw(BATCH, drawn)
        loss = loss_of(model(ids), targets)
        if not loss.isfinite():
            return {**found, "failed": True, "dev": None, "test": None, "steps": step}
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % max(1, scale.steps // CHECKS) == 0 or step == scale.steps:
            found["dev"] = accuracy(model, *dev)
            if found["dev"] >= SOLVED:
                found["solved_after"] = step
                break
    return {**found, "test": accuracy(model, *test), "steps": step}


def search(
    name: str,
    make: Callable[[], nn.Module],
    task: Task,
    *,
    rate: float,
    scale: Scale,
    keep: Callable[[int, nn.Module], None] | None = None,
) -> dict[str, Any]:
    """The rates around `rate` with the first seed, then the other seeds at the one that is best on dev.

    Where none of them learns all there is, one more beyond each end is tried.
    keep: is given each seed's model at that rate, trained.
    """
    runs: list[dict[str, Any]] = []
    models: dict[float, nn.Module] = {}
    waiting = [*rates_around(rate, scale.rates)]
    while waiting:
        one = waiting.pop(0)
        models[one], run = _run(name, make, task, one, 0, scale)
        runs.append(run)
        first = max(runs, key=lambda run: (run["dev"] is not None, run["dev"], -run["steps"]))
        best = first["rate"]
        if len(runs) == scale.rates and first["solved_after"] is None:
            waiting = [float(f"{one:.3g}") for one in (min(models) / 3, 3 * max(models))]
    if keep is not None:
        keep(0, models[best])
    for seed in range(1, scale.seeds):
        model, run = _run(name, make, task, best, seed, scale)
        runs.append(run)
        if keep is not None:
            keep(seed, model)
    return {"rate": best, **summary([run for run in runs if run["rate"] == best]), "runs": runs}


def _run(
    name: str, make: Callable[[], nn.Module], task: Task, rate: float, seed: int, scale: Scale
) -> tuple[nn.Module, dict[str, Any]]:
    torch.manual_seed(seed)
    model = make()
    found = learn(model, task, rate=rate, seed=seed, scale=scale)
    said = "failed" if found["failed"] else f"{found['test']:.3f} after {found['steps']} steps"
    print(f"{name:<28} rate {rate:<7g} seed {seed}  {said}", flush=True)
    return model, found


def summary(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The mean over the seeds that did not fail, their spread, and how many failed or learnt all there is."""
    scores = [run["test"] for run in runs if not run["failed"]]
    return {
        "mean": statistics.fmean(scores) if scores else None,
        "sd": statistics.stdev(scores) if len(scores) > 1 else None,
        "scores": scores,
        "failed_seeds": sum(run["failed"] for run in runs),
        "solved": sum(run["solved_after"] is not None for run in runs),
        "solved_after": [run["solved_after"] for run in runs if run["solved_after"] is not None],
    }


def sized(make: Callable[[int], Layer], budget: int) -> int:
    """The width, 4 to 255, whose parameters come nearest to the budget."""

    def parameters(width: int) -> int:
        with torch.device("meta"):
            return make(width).cost.parameters

    above = bisect_left(range(4, 256), budget, key=parameters) + 4
    return min((max(4, above - 1), above), key=lambda width: abs(math.log(parameters(width) / budget)))


def marked(lag: int, *, steps: int, symbols: int = 8, noise: int = 16) -> Task:
    """One symbol among noise of another alphabet, `lag` steps before the last: which one was it? Asked at the end."""

    def draw(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        ids = torch.randint(2 + symbols, 2 + symbols + noise, (count, steps), generator=generator)
        label = torch.randint(0, symbols, (count,), generator=generator)
        ids[:, steps - 1 - lag] = 2 + label
        targets = torch.full((count, steps), IGNORED)
        targets[:, -1] = label
        return ids, targets

    return Task(2 + symbols + noise, symbols, draw)


def copied(lag: int, *, steps: int, symbols: int = 8) -> Task:
    """At every step: which symbol stood `lag` steps before?"""

    def draw(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        label = torch.randint(0, symbols, (count, steps), generator=generator)
        targets = torch.full((count, steps), IGNORED)
        targets[:, lag:] = label[:, : steps - lag]
        return 2 + label, targets

    return Task(2 + symbols, symbols, draw)


def ordered(*, steps: int, near: int) -> Task:
    """Two patterns of three symbols, `near` steps or more apart: which came first? The same symbols stand around."""
    patterns = torch.tensor([[2, 3, 4], [4, 3, 2]])
    fenced = F.pad(patterns, (1, 1), value=5)  # so that no neighbour makes a third of them
    room = steps - 10 - near

    def draw(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        ids = torch.randint(2, 8, (count, steps), generator=generator)
        by_chance = (ids.unfold(1, 3, 1)[:, :, None] == patterns).all(-1).any(-1)
        ids[:, 1:-1][by_chance] = 5
        label = torch.randint(0, 2, (count,), generator=generator)
        ends = torch.randint(0, room + 1, (count, 2), generator=generator).sort(1).values
        for starts, which in ((ends[:, 0], label), (ends[:, 1] + 5 + near, 1 - label)):
            ids.scatter_(1, starts[:, None] + torch.arange(5), fenced[which])
        targets = torch.full((count, steps), IGNORED)
        targets[:, -1] = label
        return ids, targets

    return Task(8, 2, draw)
