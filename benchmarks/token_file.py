"""Memory a row while training on 1 and on 4 million short rows: at most 32 bytes, for the rest is in files.

    python benchmarks/token_file.py [--rows 1000000 4000000] [--group]

Reads rows as they are made, splits, counts and tokenises them as `atrous.train` does, and draws an epoch's batches.
Prints the peak of what cannot be given back (RssAnon: pages mapped from a file can) for each number of rows, and the
difference a row between the two, in which the vocabulary, the same for both, has no part; exits 1 if that is above 32
bytes. Linux only.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ALLOWED = 32.0  # bytes a row
WORDS = [f"word{number}" for number in range(20_000)]


def made(count: int, *, group: bool) -> Iterator[dict[str, str]]:
    """Rows of 1 to 8 words, one after the other; with groups, of about 20 rows."""
    chance = random.Random(count)
    for _ in range(count):
        row = {"text": " ".join(chance.choices(WORDS, k=chance.randint(1, 8))), "label": chance.choice("abc")}
        yield {**row, "group": str(chance.randrange(count // 20))} if group else row


def held() -> int:
    """Bytes of this process that are in memory and in no file."""
    status = Path("/proc/self/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon"))


class Peak(threading.Thread):
    """Watches the most that was held, in which part of the work, twenty times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.part, self.parts, self.over = "", dict[str, int](), threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.parts[self.part] = max(self.parts.get(self.part, 0), held())


def measure(count: int, *, group: bool, folder: Path) -> None:
    """Do in this process what is measured, and print as JSON what each part of it held."""
    from atrous.config import load
    from atrous.data.corpus import read_corpus
    from atrous.data.given import Given
    from atrous.training.loader import Loader
    from atrous.training.tokens import tokenise

    settings = load(embed={"name": "words"}, data={"group": "group"} if group else {})
    peak, started = Peak(), time.perf_counter()
    peak.part = "reading and splitting"
    peak.start()
    rows = Given(made(count, group=group), "data")
    corpus = read_corpus(rows, dev=None, test=None, settings=settings.data, folder=folder)
    peak.part = "tokenising"
    tokens = tokenise(corpus, settings)
    peak.part = "an epoch's batches"
    loader = Loader(tokens.train, rows=4096, seed=0)
    steps = sum(int(batch.lengths.sum()) for batch, _ in loader)
    peak.over.set()
    peak.join()
    bytes_of_files = sum(part.arrays["ids"].nbytes for part in tokens[1:])
    print(json.dumps({**peak.parts, "steps": steps, "file": bytes_of_files, "seconds": time.perf_counter() - started}))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 4_000_000])
    parser.add_argument("--group", action="store_true", help="split by a group")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, group=options.group, folder=options.folder)
        return 0
    found = []
    with tempfile.TemporaryDirectory(dir=".") as folder:  # not where temporary files are: that may be memory
        for count in options.rows:
            command = [sys.executable, __file__, "--measure", str(count), "--folder", folder]
            done = subprocess.run([*command, *["--group"] * options.group], check=True, capture_output=True, text=True)
            one = json.loads(done.stdout)
            seconds, steps, size = one.pop("seconds"), one.pop("steps"), one.pop("file")
            found.append(one)
            parts = ", ".join(f"{part} {held / 1e6:.0f} MB" for part, held in one.items())
            print(f"{count:,} rows, {steps:,} tokens to learn from: {parts}; ids {size / 1e6:.0f} MB, {seconds:.0f} s")
    more = options.rows[-1] - options.rows[0]
    each = {part: (found[-1][part] - found[0][part]) / more for part in found[0]}
    print("bytes a row:", ", ".join(f"{part} {value:.1f}" for part, value in each.items()))
    return 0 if max(each.values()) <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
