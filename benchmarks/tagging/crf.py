"""What a CRF costs beside a softmax a token: learning, decoding, probabilities, and one very long row.

    python benchmarks/tagging/crf.py [--repeats 15]

One thread. The likelihood and its gradient for a batch of 32 rows of 40 steps and 17 tags, in random scores and behind
whole encoders; and the best paths of 3,453 rows of 13 steps in the mean, as many as the test part of CoNLL-2003 has. A
softmax a step, ours and pytorch-crf, each in turn; the time that the process had the processor, the fastest of the
repeats. Then one row of 100,000 steps. The results are kept in benchmarks/results/crf.json, and the table in
docs/tagging.md is written anew. About two minutes.
"""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchcrf

from atrous.config import load
from atrous.contract import Batch
from atrous.predict import CRF, Tags
from atrous.runtime.lattice import best, best_of_rows, k_best, read_rows
from atrous.tasks.tag import build

KEPT = Path(__file__).parents[1] / "results" / "crf.json"
PAGE = Path(__file__).parents[2] / "docs" / "tagging.md"
BEGIN, END = "<!-- crf: written by benchmarks/tagging/crf.py -->", "<!-- end of crf -->"

LABELS = [f"{letter}-{kind}" for letter in "BILU" for kind in ("LOC", "MISC", "ORG", "PER")] + ["O"]
BATCH, STEPS, ROWS, LONG = 32, 40, 3453, 100_000
ENCODERS = ("residual", "idcnn", "bilstm")
TASKS = {
    "learning": f"likelihood and gradient, {BATCH} rows of {STEPS} steps",
    "decoding": f"the best path of {ROWS:,} rows of 13 steps",
    "marginals": "how probable each tag is at each of their steps",
    **{name: f"forward and backward through `{name}` and its head, {BATCH} rows of {STEPS} steps" for name in ENCODERS},
}
WHO = {"softmax": "softmax", "ours": "CRF", "pytorch-crf": "pytorch-crf"}


def heads() -> tuple[Tags, CRF, torchcrf.CRF]:
    """The three, with the same random transitions."""
    torch.manual_seed(0)
    ours, theirs = CRF(1, LABELS, scheme="bilou"), torchcrf.CRF(len(LABELS), batch_first=True)
    torch.nn.init.normal_(ours.transitions)
    with torch.no_grad():
        parts = (theirs.start_transitions, theirs.transitions, theirs.end_transitions)
        for part, own in zip(parts, ours.chain, strict=True):
            part.copy_(torch.from_numpy(own))
    return Tags(1, LABELS, scheme="bilou"), ours, theirs


def learning() -> dict[str, Callable[[], Any]]:
    softmax, ours, theirs = heads()
    lengths = torch.randint(STEPS // 4, STEPS + 1, (BATCH,))
    lengths[0] = STEPS
    real = torch.arange(STEPS) < lengths[:, None]
    logits = (2 * torch.randn(BATCH, STEPS, len(LABELS))).requires_grad_()
    targets = torch.where(real, ours.best(logits, lengths), -1)
    return {
        "softmax": lambda: softmax.loss(logits, targets).backward(),
        "ours": lambda: ours.loss(logits, targets).backward(),
        "pytorch-crf": lambda: theirs(logits, targets.clamp(min=0), mask=real, reduction="token_mean").neg().backward(),
    }


def decoding() -> tuple[dict[str, Callable[[], Any]], dict[str, Callable[[], Any]]]:
    _, ours, theirs = heads()
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.gamma(1.6, 8.4, ROWS).astype(int), 1, 124)
    starts = np.concatenate([[0], lengths.cumsum()])
    emissions, chain = (2 * rng.normal(size=(starts[-1], len(LABELS)))).astype(np.float32), ours.chain
    order = np.argsort(lengths, kind="stable")

    def padded() -> None:
        for first in range(0, ROWS, 128):
            rows = order[first : first + 128]
            longest = int(lengths[rows].max())
            places = np.minimum(starts[rows][:, None] + np.arange(longest), starts[-1] - 1)
            theirs.decode(
                torch.from_numpy(emissions[places]), mask=torch.from_numpy(np.arange(longest) < lengths[rows][:, None])
            )

    best_paths = {
        "softmax": lambda: emissions.argmax(1),
        "ours": lambda: best_of_rows(emissions, starts, chain),
        "pytorch-crf": padded,
    }
    return best_paths, {
        "softmax": lambda: torch.from_numpy(emissions).softmax(1),
        "ours": lambda: [one.marginals() for one in read_rows(emissions, starts, chain)],
    }


def stepping(encoder: str) -> dict[str, Callable[[], Any]]:
    """An encoder at its defaults under either head."""
    torch.manual_seed(0)
    lengths = torch.randint(STEPS // 4, STEPS + 1, (BATCH,))
    lengths[0] = STEPS
    rows = Batch(torch.randint(2, 9000, (BATCH, STEPS)), lengths)
    outside = torch.full((BATCH, STEPS), LABELS.index("O"))
    targets = outside.masked_fill(torch.arange(STEPS) >= lengths[:, None], -1)

    def step(name: str) -> Callable[[], Any]:
        settings = load(task="tag", encode=encoder, predict={"name": name, "scheme": "bilou"})
        model = build(settings, sizes={"ids": 9000}, labels=LABELS)
        return lambda: model.predict.loss(model(rows), targets).backward()

    return {"softmax": step("tags"), "ours": step("crf")}


def timed(what: dict[str, Callable[[], Any]], repeats: int) -> dict[str, list[float]]:
    """Milliseconds of each, sorted; measured in turn."""
    found: dict[str, list[float]] = {name: [] for name in what}
    for repeat in range(repeats + 1):
        for name, call in what.items():
            started = time.process_time()
            call()
            if repeat:  # the first is not counted
                found[name].append(1000 * (time.process_time() - started))
    return {name: sorted(times) for name, times in found.items()}


def long_row() -> dict[str, float]:
    """Seconds for one row of 100,000 steps, and by how many MB the memory grew at most."""
    _, ours, _ = heads()
    logits = (2 * torch.randn(1, LONG, len(LABELS))).requires_grad_()
    lengths = torch.tensor([LONG])
    before, seconds = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, {}
    targets = ours.best(logits, lengths)
    array = logits.detach()[0].numpy()
    calls: dict[str, Callable[[], Any]] = {
        "learning": lambda: ours.loss(logits, targets).backward(),
        "decoding": lambda: best(array, ours.chain),
        "marginals": lambda: ours.probabilities(logits),
        "five_best": lambda: k_best(array, ours.chain, 5),
    }
    for name, call in calls.items():
        started = time.process_time()
        call()
        seconds[name] = round(time.process_time() - started, 2)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {**seconds, "grown_mb": round(grown)}


def markdown(results: dict[str, Any]) -> str:
    """The table of the page."""
    lines = [
        f"| milliseconds, one thread, {len(LABELS)} tags | {' | '.join(WHO.values())} |",
        f"|---|{'---|' * len(WHO)}",
    ]
    for task, title in TASKS.items():
        cells = [results[task].get(who) for who in WHO]
        lines.append(f"| {title} | {' | '.join(f'{times[0]:.1f}' if times else '' for times in cells)} |")
    long = results["long_row"]
    return "\n".join(lines) + (
        f"\n\nProcessor time, the fastest of {results['repeats']} repeats. One row of {LONG:,} "
        f"tokens takes {long['learning']:.1f} s to learn from, {long['decoding']:.1f} s to decode, "
        f"{long['five_best']:.1f} s for its five best rows of tags, and {long['grown_mb']} MB."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    best_paths, marginals = decoding()
    results: dict[str, Any] = {"repeats": repeats}
    whole = {name: stepping(name) for name in ENCODERS}
    tasks = {"learning": learning(), "decoding": best_paths, "marginals": marginals, **whole}
    for task, what in tasks.items():
        results[task] = timed(what, repeats)
        for name, times in results[task].items():
            print(f"{task}, {name}: {times[0]:.2f} ms (the median {statistics.median(times):.2f})", flush=True)
        results[task] = {name: [round(one, 3) for one in times] for name, times in results[task].items()}
    results["long_row"] = long_row()
    print(f"one row of {LONG:,} steps: {results['long_row']}")
    KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if PAGE.exists():
        text = PAGE.read_text(encoding="utf-8")
        if BEGIN in text:
            before, after = text.split(BEGIN)[0], text.split(END)[1]
            PAGE.write_text(f"{before}{BEGIN}\n{markdown(results)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
