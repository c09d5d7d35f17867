"""A training step of `tcn` against pytorch-tcn and torch's LSTM, of equal parameters: on one thread and on two.

    pip install pytorch-tcn==1.2.3
    python benchmarks/speed/train.py
    python benchmarks/speed/train.py --write               the tables alone, out of what is kept

Every network predicts the next character of Python's own help texts, 32 rows of 400: 128 numbers for a character, then
8 blocks of 2 convolutions (128 channels, kernel 3, dilation 1 to 128, weight norm), or one LSTM of 384 units, then a
linear layer. A step is forward, loss, backward and AdamW (fused); float32, or bfloat16 by torch's autocast. Dropout is
0.1, of single numbers as pytorch-tcn does it, or of channels as `tcn` does it; the races with the LSTM have none.
Threads wait as OpenMP's usually do, spinning, which is best for all of them where no core is busy with something else.
Every way learns from the same rows in the same order, one step a round, in turn in one process; the first two rounds do
not count, and what the loss has come to is printed. Kept in benchmarks/results/speed-train.json.
"""

from __future__ import annotations

import pydoc_data.topics
import time
from collections.abc import Callable
from statistics import fmean, median

import torch
import torch.nn.functional as F
from _shared import Table, main, ratios, spread, tell
from torch import Tensor, nn

from atrous.contract import Layer
from atrous.layers import Conv, Dropout, Pointwise, Residual, SpatialDropout, Stack, weight_norm

TABLE = Table(__file__)
ROUNDS, BEGINNING, THREADS = 12, 2, (1, 2)
ROWS, STEPS, CHANNELS, BLOCKS, UNITS, DROPOUT, CHARACTERS = 32, 400, 128, 8, 384, 0.1, 128
THEIRS, LSTM = "pytorch-tcn, float32", "nn.LSTM, bfloat16, no dropout"
AGAINST = {THEIRS: "to pytorch-tcn, float32", LSTM: "to nn.LSTM, bfloat16"}


def ours(dropout: type[Dropout | SpatialDropout], share: float) -> Layer:
    """The blocks of `tcn`, with either kind of dropout."""
    blocks: list[Layer] = []
    for level in range(BLOCKS):
        path: list[Layer] = []
        for _ in range(2):
            conv = Conv(CHANNELS, CHANNELS, kernel=3, dilation=2**level)
            # As nn.Conv1d begins, and so pytorch-tcn, so that what they learn can be compared.
            nn.init.kaiming_uniform_(conv.weight, a=5**0.5)
            path += [weight_norm(conv), Pointwise(torch.relu), dropout(share)]
        blocks += [Residual(Stack(*path)), Pointwise(torch.relu)]
    return Stack(*blocks)


def theirs() -> nn.Module:
    from pytorch_tcn import TCN

    return TCN(CHANNELS, [CHANNELS] * BLOCKS, kernel_size=3, dropout=DROPOUT, causal=True, input_shape="NCL")


class Model(nn.Module):
    """Characters in, logits of the next ones out; the network in the layout that it likes."""

    def __init__(self, network: nn.Module, units: int) -> None:
        super().__init__()
        self.embed, self.network, self.predict = (
            nn.Embedding(CHARACTERS, CHANNELS),
            network,
            nn.Linear(units, CHARACTERS),
        )

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embed(ids)
        if isinstance(self.network, nn.LSTM):
            y = self.network(x)[0]
        elif isinstance(self.network, Layer):
            y = self.network(x, torch.ones_like(ids, dtype=torch.bool))
        else:
            y = self.network(x.transpose(1, 2)).transpose(1, 2)
        return self.predict(y)


WAYS: dict[str, tuple[Callable[[], nn.Module], int, bool]] = {
    "atrous, bfloat16": (lambda: ours(Dropout, DROPOUT), CHANNELS, True),
    "atrous, bfloat16, channels dropped": (lambda: ours(SpatialDropout, DROPOUT), CHANNELS, True),
    "atrous, bfloat16, no dropout": (lambda: ours(Dropout, 0.0), CHANNELS, True),
    "atrous, float32": (lambda: ours(Dropout, DROPOUT), CHANNELS, False),
    "pytorch-tcn, bfloat16": (theirs, CHANNELS, True),
    THEIRS: (theirs, CHANNELS, False),
    LSTM: (lambda: nn.LSTM(CHANNELS, UNITS, batch_first=True), UNITS, True),
    "nn.LSTM, float32, no dropout": (lambda: nn.LSTM(CHANNELS, UNITS, batch_first=True), UNITS, False),
}


def text() -> Tensor:
    """Python's help, (batches, rows, steps + 1)."""
    whole = "\n".join(pydoc_data.topics.topics.values()).encode("ascii", "ignore")
    ids = torch.tensor(list(whole))
    rows = ids[: len(ids) // (STEPS + 1) * (STEPS + 1)].view(-1, STEPS + 1)
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    return rows[: len(rows) // ROWS * ROWS].view(-1, ROWS, STEPS + 1)


def step(model: Model, optimiser: torch.optim.Optimizer, ids: Tensor, *, half: bool) -> float:
    """The loss of one step, in nats a character."""
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        logits = model(ids[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def measure(rounds: int) -> dict:
    """Seconds and losses of every way, on either number of threads."""
    batches, found = text(), {}
    for threads in THREADS:
        torch.set_num_threads(threads)
        models, parameters = {}, {}
        for way, (build, units, _) in WAYS.items():
            torch.manual_seed(0)
            models[way] = Model(build(), units).train()
            parameters[way] = sum(part.numel() for part in models[way].network.parameters())
        optimisers = {way: torch.optim.AdamW(model.parameters(), 1e-3, fused=True) for way, model in models.items()}
        seconds: dict[str, list[float]] = {way: [] for way in WAYS}
        losses: dict[str, list[float]] = {way: [] for way in WAYS}
        for turn in range(BEGINNING + rounds):
            for way, (_, _, half) in WAYS.items():
                began = time.perf_counter()
                loss = step(models[way], optimisers[way], batches[turn % len(batches)], half=half)
                if turn >= BEGINNING:
                    seconds[way].append(round(time.perf_counter() - began, 4))
                    losses[way].append(round(loss, 4))
            tell(f"{threads} thread{'s' * (threads > 1)}: round {turn + 1} of {BEGINNING + rounds}")
        found[str(threads)] = {"seconds": seconds, "losses": losses, "parameters": parameters}
    return {"rounds": rounds, "threads": found}


def markdown(results: dict) -> str:
    """A table for either number of threads."""
    parts = []
    for threads, own in results["threads"].items():
        seconds = own["seconds"]
        lines = [
            f"{threads} thread{'s' * (threads != '1')}, {results['rounds']} rounds; the ratios are those of steps a "
            "second, above 1 is faster. Loss: the mean of the last three steps, in nats a character.",
            "",
            f"| way | parameters | milliseconds a step | loss | {' | '.join(AGAINST.values())} |",
            f"| --- | ---: | ---: | ---: |{' ---: |' * len(AGAINST)}",
        ]
        for way, times in seconds.items():
            loss = fmean(own["losses"][way][-3:])
            figures = [f"{own['parameters'][way]:,}", f"{1000 * median(times):.0f}", f"{loss:.2f}"]
            figures += [spread(ratios(times, seconds[other])) for other in AGAINST]
            lines.append(f"| {way} | {' | '.join(figures)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


if __name__ == "__main__":
    main(TABLE, __doc__, measure, markdown, rounds=ROUNDS)
