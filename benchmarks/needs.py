"""Whether `atrous needs` finds how much context data need: where that is known, and what it says of real texts.

    python benchmarks/needs.py                       rows whose labels need 1, 8 and 64 tokens, five seeds each
    python benchmarks/needs.py --data FOLDER         then TREC and SMS spam, too
    python benchmarks/needs.py --length 8            that length alone

Rows and models differ from seed to seed. An answer is right if it is the smallest window of the grid that holds the
dependency, or the next larger one. FOLDER (or ATROUS_DATA) holds trec/TREC.train.all.gz and trec/TREC.test.all.gz,
gzip, latin-1, `<label> <sentence>` a line, and sms_spam/sms.tsv.gz, `<label><tab><text>` a line; what
is not there is passed over. Each result is kept in benchmarks/results/needs.json as soon as it is there, without any
text. Seconds are of the processor, on one thread.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import torch

import atrous
from atrous.context.terms import holding

KEPT = Path(__file__).parent / "results" / "needs.json"
PAGE = Path(__file__).parent.parent / "docs" / "field.md"
BEGIN, END = "<!-- needs: benchmarks/needs.py -->", "<!-- end of needs -->"
LENGTHS, SEEDS = (1, 8, 64), 5
REAL = {
    "TREC, words": ("trec", {"set": ["embed=words", "embed.lower=true"]}),
    "SMS spam, words": ("sms_spam", {"set": ["embed=words", "embed.lower=true"]}),
    "SMS spam, characters": ("sms_spam", {}),
}


def known(length: int, seed: int) -> dict:
    """What it answers on rows that need so many tokens."""
    with tempfile.TemporaryDirectory() as folder:
        place = atrous.example_data("dependency", Path(folder) / "data", length=length, seed=seed)
        files = {"dev": place / "dev.csv", "test": place / "test.csv"}
        started = time.process_time()
        found = atrous.needs(place / "train.csv", **files, set=["embed=words"], seed=100 * seed)
        seconds = time.process_time() - started
    smallest = holding(length)
    right = found.answer in (smallest, 2 * smallest + 1) and not found.growing
    return {
        "length": length,
        "seed": seed,
        "smallest": smallest,
        "right": right,
        "seconds": round(seconds),
        **kept(found),
    }


def kept(found: atrous.Needs) -> dict:
    """What is kept of an answer."""
    windows = [{name: one[name] for name in ("window", "mean", "low", "high", "scores")} for one in found.windows]
    failed = sum(len(one["failures"]) for one in found.windows)
    return {
        "answer": found.answer, "interval": found.interval, "share": found.share, "growing": found.growing,
        "majority": found.majority, "resolution": found.resolution, "rows": found.rows, "failed": failed,
        "windows": windows,
    }  # fmt: skip


def rows_of(source: Path, separator: str) -> list[dict[str, str]]:
    """The lines of a file as texts and labels."""
    with gzip.open(source, "rt", encoding="latin-1") as lines:
        parts = [line.rstrip("\n").partition(separator) for line in lines]
    return [{"text": text, "label": label} for label, _, text in parts if text.strip()]


def real(name: str, folder: Path) -> dict | None:
    """What it answers on real texts; None if they are not there."""
    where, options = REAL[name]
    if where == "trec":
        files = [folder / "trec" / f"TREC.{part}.all.gz" for part in ("train", "test")]
        parts = [rows_of(file, " ") for file in files if file.is_file()]
    else:
        file = folder / "sms_spam" / "sms.tsv.gz"
        parts = [rows_of(file, "\t")] if file.is_file() else []
    if not parts or (where == "trec" and len(parts) < 2):
        return None
    started = time.process_time()
    found = atrous.needs(parts[0], test=parts[1] if len(parts) > 1 else None, **options)
    return {"data": name, "seconds": round(time.process_time() - started), **kept(found)}


def markdown(results: dict) -> str:
    """The table of the page."""
    lines = [
        "| data | needs, tokens | answered | right | seconds each |",
        "|---|---:|---|---:|---:|",
    ]
    for length in sorted({one["length"] for one in results["known"]}):
        runs = [one for one in results["known"] if one["length"] == length]
        answers = ", ".join(str(one["answer"]) for one in sorted(runs, key=lambda one: one["seed"]))
        seconds = f"{min(one['seconds'] for one in runs)} to {max(one['seconds'] for one in runs)}"
        right = f"{sum(one['right'] for one in runs)} of {len(runs)}"
        lines.append(f"| made, `--length {length}` | {length} | {answers} | {right} | {seconds} |")
    for one in results["real"]:
        low, high = one["interval"] or ("", "")
        least = "at least " * one["growing"]
        said = f"{least}{one['answer']} ({low} to {high})" if one["answer"] else "no window helps"
        lines.append(f"| {one['data']} | | {said} | | {one['seconds']} |")
    return "\n".join(lines)


def keep(part: str, found: dict, key: tuple[str, ...]) -> None:
    """Put one result into the file, in the place of an older one of the same."""
    results = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"known": [], "real": []}
    others = [one for one in results[part] if any(one[name] != found[name] for name in key)]
    results[part] = sorted([*others, found], key=lambda one: [one[name] for name in key])
    KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", default=os.environ.get("ATROUS_DATA"), help="a folder of real texts")
    parser.add_argument("--length", type=int, action="append", help="tokens; may be repeated; 0 for real texts alone")
    parser.add_argument("--seed", type=int, action="append", help="may be repeated; else 0 to 4")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for seed in asked.seed or range(SEEDS):
        for length in asked.length or LENGTHS:
            if length:
                found = known(length, seed)
                said = "right" if found["right"] else "WRONG"
                print(f"length {length}, seed {seed}: {found['answer']}, {said}, {found['seconds']} s", flush=True)
                keep("known", found, ("length", "seed"))
    if asked.data is not None:
        for name in REAL:
            found = real(name, Path(asked.data))
            if found is None:
                print(f"{name}: skipped, not in {asked.data}", file=sys.stderr)
                continue
            print(f"{name}: {found['answer']}, {found['interval']}, {found['seconds']} s", flush=True)
            keep("real", found, ("data",))


if __name__ == "__main__":
    main()
