"""Answer with measurements what an examiner asks: docs/questions.md.

    python benchmarks/questions.py                       every part, about 40 minutes of one core
    python benchmarks/questions.py --only causal         one part: joined, causal, dilation or gradients
    python benchmarks/questions.py --data FOLDER         reviews too: FOLDER/imdb/train.jsonl.xz and test.jsonl.xz
    python benchmarks/questions.py --page                only write the tables and pictures again, from the results kept
    python benchmarks/questions.py --tiny --out FOLDER   seconds: runs through every part, and finds nothing

What a part finds is kept as soon as a section of it is done, in benchmarks/results/questions_PART.json; a section that
is there is not measured again unless --again is given.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import torch
from examined import PARTS, measure

RESULTS = Path(__file__).parent / "results"


def run(part: str, scale: measure.Scale, folder: Path, *, data: Path | None, again: bool) -> None:
    """Measure the sections of a part that are not there yet."""
    kept = folder / f"questions_{part}.json"
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() and not again else {}
    for name, section in PARTS[part].SECTIONS.items():
        if name in found:
            continue
        started = time.perf_counter()
        print(f"{part}: {name}", flush=True)
        result = section(scale, data) if name in getattr(PARTS[part], "READS_DATA", ()) else section(scale)
        if result is not None:
            found[name] = {**result, "seconds": round(time.perf_counter() - started, 1)}
            kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--data", default=os.environ.get("ATROUS_DATA"), help="the folder; else ATROUS_DATA names it")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where results are kept")
    parser.add_argument("--again", action="store_true", help="measure again what is there")
    parser.add_argument("--tiny", action="store_true", help="seconds, for a test; needs --out")
    parser.add_argument("--page", action="store_true", help="write docs/questions.md's tables and its pictures again")
    asked = parser.parse_args()
    if asked.tiny and asked.out == RESULTS:
        parser.error("--tiny finds nothing worth keeping: name another folder with --out")
    torch.set_num_threads(1)
    if not asked.page:
        for part in [asked.only] if asked.only else PARTS:
            scale = measure.TINY if asked.tiny else measure.FULL
            run(part, scale, asked.out, data=Path(asked.data) if asked.data else None, again=asked.again)
    if asked.out == RESULTS and (asked.page or not asked.only):
        from examined import page

        page.write()


if __name__ == "__main__":
    main()
