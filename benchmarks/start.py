"""How long the command line takes to say something, beside the import of torch: in turn, each a fresh process.

    python benchmarks/start.py

Prints the median and range of both, and the ratio pair by pair.
"""

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "atrous --help": [sys.executable, "-m", "atrous", "--help"],
    "import torch": [sys.executable, "-c", "import torch"],
}
ROUNDS = 7


def seconds(command: list[str]) -> float:
    """The wall time of one run."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    for command in COMMANDS.values():  # so that the first round meets warm files too
        seconds(command)
    found = [[seconds(command) for command in COMMANDS.values()] for _ in range(ROUNDS)]
    for name, times in zip(COMMANDS, zip(*found, strict=True), strict=True):
        print(f"{name}: {statistics.median(times):.3f} s ({min(times):.3f} to {max(times):.3f})")
    ratios = [ours / torch for ours, torch in found]
    print(f"ratio: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
