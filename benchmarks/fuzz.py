"""Every reader and the settings against files that are nearly valid: exit 0 or 2, no traceback, nothing half-written.

    python benchmarks/fuzz.py [--files 2000] [--seed 0] [--keep FOLDER]

Draws files with hypothesis (tests/fuzz/files.py), runs a real command on each in this process (tests/fuzz/commands.py)
and counts, by reader, how many were taken (exit 0), refused (exit 2), and handled wrongly (faults, which are listed).
Takes some minutes; the counts go to benchmarks/results/fuzz.json. --keep: where the files of faults are written.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from tests.fuzz.commands import cases, models, outcome, remember_to_stop  # noqa: E402

KEPT = ROOT / "benchmarks" / "results" / "fuzz.json"
MEMORY = 12 * 2**30  # bytes of address space; a bomb is to be an error, not a dead machine


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    remember_to_stop(MEMORY)
    counts, faults, started = {}, [], time.monotonic()

    with tempfile.TemporaryDirectory() as folder:
        folder = models(Path(folder))

        @seed(options.seed)
        @settings(max_examples=options.files, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(cases())
        def run(case):
            done = sum(sum(one.values()) for one in counts.values())
            if done >= options.files:
                return
            code, fault = outcome(case, folder)
            counts.setdefault(case.reader, Counter())["faults" if fault else f"exit {code}"] += 1
            if fault:
                faults.append({"reader": case.reader, "command": " ".join(case.words), "fault": fault})
                print(f"\n{case.reader}: {' '.join(case.words)}: {fault}", file=sys.stderr)
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / f"{len(faults)}-{case.name}").write_bytes(case.content)
            if done % 50 == 49:
                print(
                    f"\r{done + 1} of {options.files} files, {len(faults)} faults", end="", file=sys.stderr, flush=True
                )

        run()
    total = sum(counts.values(), Counter())
    results = {
        "files": sum(total.values()),
        "seed": options.seed,
        "seconds": round(time.monotonic() - started),
        "exit 0": total["exit 0"],
        "exit 2": total["exit 2"],
        "faults": len(faults),
        "by reader": {name: dict(sorted(one.items())) for name, one in sorted(counts.items())},
        "found": faults,
        "mended": json.loads(KEPT.read_text(encoding="utf-8"))["mended"] if KEPT.exists() else [],  # kept by hand
    }
    KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"\n{json.dumps(results, indent=1)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
