"""One text of a million characters: is it answered, in how much memory, and how fast?

    python benchmarks/long_texts.py [--encode tcn,residual,lstm,bilstm,attention]

For each encoder, `atrous predict` answers a text of 50,000 characters and one of 1,000,000. Prints both peaks and the
seconds, or the sentence with which the text is refused. Exits 1 if the peak of a model that streams grows by more than
50 MB. The models are not trained: speed and memory do not depend on what they have learnt.
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

LENGTHS = (50_000, 1_000_000)
ALLOWED_MB = 50.0
ENCODERS = "bag,ngram,tcn,residual,lstm,bilstm,attention"


def answer(model: Path, text: Path) -> tuple[float, float, str]:
    """The largest resident memory of one run in MB, its seconds, and the error it ended with."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "atrous", "predict", str(model), str(text), "--device", "cpu", "--threads", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    said = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return kilobytes / 1000, time.perf_counter() - started, said.strip() if process.returncode else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--encode", default=ENCODERS)
    failed = False
    for encode in parser.parse_args().encode.split(","):
        with tempfile.TemporaryDirectory() as folder:
            bundle = Bundle.fresh(load(encode=encode), Reader(Tokeniser("bytes", False, ())), ("bad", "good"))
            bundle.save(Path(folder) / "model")
            peaks = []
            for length in LENGTHS:
                text = Path(folder) / f"{length}.txt"
                text.write_text("".join(random.Random(length).choices("abcdefgh ", k=length)), encoding="utf-8")
                peak, seconds, error = answer(Path(folder) / "model", text)
                peaks.append(peak)
                print(f"{encode:<10} {length:>9,} characters: ", end="")
                print(error or f"peak {peak:7.1f} MB, {seconds:6.1f} s", flush=True)
            grown = peaks[1] - peaks[0]
            failed |= bundle.model.streams and grown > ALLOWED_MB
            print(f"{encode:<10} {'streams' if bundle.model.streams else 'reads whole'}: grows by {grown:.1f} MB")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
