"""What a busy core does to answers and to training: OpenMP's two ways of waiting, with one thread and with two.

    python benchmarks/speed/busy.py
    python benchmarks/speed/busy.py --write                the table alone, out of what is kept

Measured are, of a small `tcn` over bytes and of an `lstm`, `Bundle.predict` of 64 texts and of one, and steps of
training, and the answers of an export of the `tcn` in onnxruntime: first on a machine that does nothing else, then
while one other process keeps a core busy. Threads that wait actively spin until there is work again; threads that wait
passively sleep. Each setting is a process of its own, for the policy is read when OpenMP starts, in turn, so many
rounds; a process gives the median of up to seven trials of each. Kept in benchmarks/results/speed-busy.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from _shared import Table, busy_cores, main, spread, tell

TABLE = Table(__file__)
ROUNDS, TRIALS = 3, 7
CASES = [*product((1, 2), ("ACTIVE", "PASSIVE"))]
CORES = ("idle", "one busy")
TEXTS = [("a film about a long day, and what comes after " * 4)[start : start + 120] for start in range(40)] * 2
WORKS = {
    "predict": "`predict` of 64 texts",
    "one": "`predict` of one text",
    "one lstm": "`predict` of one text, `lstm`",
    "train": "a training step, 32 rows of 120",
    "train lstm": "a training step, 32 rows of 120, `lstm`",
    "train few": "a training step, 8 rows of 60, `lstm`",
    "export": "an export, 64 texts",
}


def bundle(encode: str = "tcn") -> Any:
    """A small model that has learnt nothing."""
    import torch

    import atrous
    from atrous.config import load
    from atrous.runtime.reader import Reader
    from atrous.runtime.tokeniser import Tokeniser

    torch.manual_seed(0)
    return atrous.Bundle.fresh(load(encode=encode), Reader(Tokeniser("bytes", False, ())), ("no", "yes"))


def training(made: Any, rows: int = 32, steps: int = 120) -> Callable[[], None]:
    """A step of training, as the bare loop has it, by as many threads as `atrous train` takes."""
    import torch

    from atrous.answering.spread import alone
    from atrous.contract import Batch
    from atrous.training.threads import waits

    model = made.model.train()
    batch = Batch(torch.randint(2, 258, (rows, steps)), torch.full((rows,), steps))
    targets, optimiser = torch.randint(0, 2, (rows,)), torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def step() -> None:
        with alone(waits(model, rows)):
            optimiser.zero_grad()
            model.predict.loss(model(batch), targets).backward()
            optimiser.step()

    return step


def answering(folder: Path, threads: int, *, spins: bool) -> Callable[[], None]:
    """The export's answers; its own session never spins, so that one which does is put in its place."""
    import onnxruntime

    from atrous.runtime.graph import WHOLE, Exported

    found = Exported(folder, threads=threads, runtime="onnxruntime")
    if spins:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        found._whole.__dict__["_onnxruntime"] = onnxruntime.InferenceSession(str(folder / WHOLE), options)
    return lambda: found.predict(TEXTS[:64])


def usual(work: Callable[[], object], times: int) -> float:
    """Milliseconds of one, in the median of the trials; of as many as begin within two seconds."""
    began = time.perf_counter()
    work()
    times = times if time.perf_counter() - began < 0.5 else 1
    found: list[float] = []
    while len(found) < TRIALS and sum(found) * times < 2000:
        began = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - began) / times * 1000)
    return median(found)


def work(folder: Path, threads: int) -> dict[str, dict[str, float]]:
    """What one process measures, idle and busy: milliseconds."""
    import torch

    torch.set_num_threads(threads)
    asked, recurrent = bundle(), bundle("lstm")
    for one in (asked, recurrent):
        one.model.eval()
    works = {
        "predict": (lambda: asked.predict(TEXTS[:64]), 3),
        "one": (lambda: asked.predict(TEXTS[:1]), 10),
        "one lstm": (lambda: recurrent.predict(TEXTS[:1]), 10),
        "train": (training(bundle()), 3),
        "train lstm": (training(bundle("lstm")), 3),
        "train few": (training(bundle("lstm"), 8, 60), 3),
        "export": (answering(folder, threads, spins=os.environ["OMP_WAIT_POLICY"] == "ACTIVE"), 3),
    }
    found = {}
    for cores, count in zip(CORES, (0, 1), strict=True):
        with busy_cores(count):
            found[cores] = {name: usual(run, times) for name, (run, times) in works.items()}
    return found


def measure(rounds: int) -> dict:
    """Every setting, every round."""
    found: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export"
        import atrous

        atrous.export(bundle(), export)
        for turn, (threads, policy) in product(range(rounds), CASES):
            environment = {**os.environ, "OMP_WAIT_POLICY": policy}
            environment.pop("OMP_NUM_THREADS", None)
            command = [sys.executable, __file__, "--work", str(export), "--threads", str(threads)]
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
            found.append({"threads": threads, "policy": policy, "milliseconds": json.loads(done.stdout)})
            tell(f"round {turn + 1} of {rounds}: {threads} threads, {policy.lower()}")
    return {"rounds": rounds, "cores": os.cpu_count(), "runs": found}


def markdown(results: dict) -> str:
    """The table."""
    lines = [
        f"{results['cores']} cores, {results['rounds']} processes of every setting. Milliseconds; the last column says "
        "how many times as long it takes while one core is busy.",
        "",
        "| what | threads | they wait | idle | one core busy | times |",
        "| --- | ---: | --- | ---: | ---: | ---: |",
    ]
    for name, said in WORKS.items():
        for threads, policy in CASES:
            runs = [
                run["milliseconds"] for run in results["runs"] if (run["threads"], run["policy"]) == (threads, policy)
            ]
            idle, busy = ([run[cores][name] for run in runs] for cores in CORES)
            cells = [spread(idle, ".1f"), spread(busy, ".1f"), f"{median(busy) / median(idle):.1f}"]
            lines.append(f"| {said} | {threads} | {policy.lower()} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if "--work" in sys.argv:  # one of the processes
        parser = argparse.ArgumentParser()
        parser.add_argument("--work", type=Path)
        parser.add_argument("--threads", type=int)
        given = parser.parse_args()
        print(json.dumps(work(given.work, given.threads)))
    else:
        main(TABLE, __doc__, measure, markdown, rounds=ROUNDS)
