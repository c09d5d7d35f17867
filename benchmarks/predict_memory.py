"""Peak memory of `atrous predict` on 50,000 and on 1,000,000 lines: it must not grow with the file.

    python benchmarks/predict_memory.py [--encode ngram]

Prints both peaks, their difference and the rows a second; exits 1 if the difference is above 50 MB. The model is not
trained: its speed and its memory do not depend on what it has learnt.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from atrous.bundle.trained import Bundle
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

LINES = (50_000, 1_000_000)
ALLOWED_MB = 50.0
WORDS = ("a", "the", "film", "plot", "was", "lovely", "dull", "a waste of time", "great", "and", "but", "music", "hero")


def write_lines(path: Path, count: int) -> None:
    """Lines of 1 to 12 words, some empty."""
    chance = random.Random(count)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            words = 0 if number % 1000 == 0 else chance.randint(1, 12)
            file.write(" ".join(chance.choices(WORDS, k=words)) + "\n")


def peak_mb(model: Path, texts: Path) -> tuple[float, float]:
    """The largest resident memory of one run in MB, and its seconds."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "atrous", "predict", str(model), str(texts), "--device", "cpu"],
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"atrous predict failed with {process.returncode}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return kilobytes / 1000, time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--encode", default="ngram")
    settings = load(encode=parser.parse_args().encode)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        Bundle.fresh(settings, Reader(Tokeniser("bytes", False, ())), ("bad", "good")).save(model)
        peaks = []
        for count in LINES:
            texts = Path(folder) / f"{count}.txt"
            write_lines(texts, count)
            peak, seconds = peak_mb(model, texts)
            peaks.append(peak)
            print(f"{count:>9,} lines: peak {peak:6.1f} MB, {seconds:6.1f} s, {count / seconds:8,.0f} rows a second")
    difference = peaks[1] - peaks[0]
    print(f"difference {difference:.1f} MB, at most {ALLOWED_MB:.0f} allowed")
    return 0 if difference <= ALLOWED_MB else 1


if __name__ == "__main__":
    sys.exit(main())
