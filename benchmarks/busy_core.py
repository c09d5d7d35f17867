"""What a busy core does to a training step: OpenMP's two ways of waiting, with one thread and with two.

    python benchmarks/busy_core.py

One other process keeps a core busy. Prints milliseconds a step of a small `tcn`, each setting in a process of its own,
three times in turn: the median and the range.
"""

import os
import statistics
import subprocess
import sys

STEP = """
import sys, time, torch
from atrous.config import load
from atrous.contract import Batch
from atrous.tasks.classify import build
torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
model = build(load(encode="tcn"), sizes={"ids": 258}, labels=("no", "yes"))
batch, targets = Batch(torch.randint(2, 258, (32, 30)), torch.full((32,), 30)), torch.randint(0, 2, (32,))
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
for step in range(13):
    if step == 3:
        started = time.perf_counter()
    optimiser.zero_grad()
    model.predict.loss(model(batch), targets).backward()
    optimiser.step()
print((time.perf_counter() - started) / 10 * 1000)
"""
CASES = [(threads, policy) for threads in (1, 2) for policy in ("ACTIVE", "PASSIVE")]


def milliseconds(threads: int, policy: str) -> float:
    """One measurement in a fresh process, for the policy is read when OpenMP starts."""
    environment = {**os.environ, "OMP_WAIT_POLICY": policy}
    environment.pop("OMP_NUM_THREADS", None)
    command = [sys.executable, "-c", STEP, str(threads)]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    found: dict[tuple[int, str], list[float]] = {case: [] for case in CASES}
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        for _ in range(3):
            for case in CASES:
                found[case].append(milliseconds(*case))
    finally:
        busy.kill()
    for (threads, policy), times in found.items():
        spread = f"{min(times):.1f} to {max(times):.1f}"
        print(f"{threads} thread{'s' * (threads > 1)}, {policy.lower()}: {statistics.median(times):.1f} ms ({spread})")


if __name__ == "__main__":
    main()
