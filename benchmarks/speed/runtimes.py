"""Exports against their model: torch, onnxruntime and OpenVINO; 32 bits, bf16 and int8; on one thread.

    pip install -r benchmarks/speed/requirements.txt
    python benchmarks/speed/runtimes.py --data FOLDER
    python benchmarks/speed/runtimes.py --write              the table alone, out of what is kept

FOLDER holds ag_news_20k/train_subset20000.csv.gz and test.csv.gz, and conll2003/eng.train.gz, eng.testa.gz and
eng.testb.gz. Two models of the same encoder, `tcn` over words with 12 convolutions of width 3 and 128 channels: a
classifier of news, and a tagger of names. int8 takes its ranges from rows that are not judged. Each way answers the
same rows, text (or a list of tokens) in, answers out, through `predict`.

A round times every way once, in turn, in one process; a ratio is of one round, to torch. The first round does not
count. Kept in benchmarks/results/speed-runtimes.json.
"""

from __future__ import annotations

import csv
import gzip
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from _shared import Table, parser, ratios, spread, tell, with_data

import atrous
from atrous.exporting.loss import Held
from atrous.exporting.lowering import lower
from atrous.runtime import manifest
from atrous.runtime.graph import WHOLE, Exported
from atrous.runtime.sessions import RUNTIMES

TABLE = Table(__file__)
ROUNDS, EPOCHS = 5, 2
JUDGED, RANGES = 1500, 500  # rows
SETTINGS = [
    "embed.name=words", "embed.lower=true", "embed.channels=128", "encode.channels=128", "encode.depth=6",
    "encode.kernel=3", f"train.epochs={EPOCHS}",
]  # fmt: skip
NAMES = {"onnxruntime": "onnxruntime", "openvino": "OpenVINO"}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Job:
    """A model to train, and rows to judge it on: `given` in, `score` of what comes out."""

    train: Rows
    ranges: Rows
    judged: Rows
    tags: bool

    @property
    def given(self) -> list[Any]:
        return [row["tokens" if self.tags else "text"] for row in self.judged]


def news(folder: Path) -> Job:
    """Title and description of AG News, and the class."""
    rows = {}
    for part in ("train_subset20000", "test"):
        with gzip.open(folder / "ag_news_20k" / f"{part}.csv.gz", "rt", encoding="utf-8") as file:
            rows[part] = [
                {"text": f"{title} {text}", "label": label}
                for label, title, text in csv.reader(file)
                if label.isdigit()
            ]
        Random(0).shuffle(rows[part])
    train, test = rows.values()
    return Job(train[:5000], train[5000 : 5000 + RANGES], test[:JUDGED], tags=False)


def names(folder: Path) -> Job:
    """CoNLL-2003: the tokens of a sentence and their tags, in IOB2."""
    train, dev, test = (
        list(sentences(folder / "conll2003" / f"eng.{part}.gz")) for part in ("train", "testa", "testb")
    )
    return Job(train[:10000], dev[:RANGES], test[:JUDGED], tags=True)


def sentences(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for block in file.read().split("\n\n"):
            lines = [line.split() for line in block.splitlines() if line and not line.startswith("-DOCSTART-")]
            tags = [line[3] for line in lines]
            begun = [
                f"B-{tag[2:]}" if tag[:2] == "I-" and (not place or tags[place - 1][1:] != tag[1:]) else tag
                for place, tag in enumerate(tags)
            ]
            if lines:
                yield {"tokens": [line[0] for line in lines], "tags": begun}


JOBS: dict[str, Callable[[Path], Job]] = {"news, accuracy": news, "names, span F1": names}


def ways(job: Job, folder: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """Everything that has a `predict`, and the size of each one's graph in bytes."""
    task = {"task": "tag", "set": [*SETTINGS, "predict.scheme=iob2"]} if job.tags else {"set": SETTINGS}
    bundle = atrous.train(job.train, encode="tcn", quiet=True, **task)
    exact = atrous.export(bundle, folder / "exact")
    held = Held.read(bundle, job.ranges, bundle.settings.data)
    made: dict[str, Any] = {"torch, 32 bits": bundle}
    sizes = {}
    for precision in ("exact", "bf16", "int8"):
        place = folder / precision
        if precision != "exact":
            shutil.copytree(exact.folder, place)
            lower(place, precision, held.examples)
            manifest.renew(place, {"precision": {"name": precision}})
        for runtime in RUNTIMES:
            name = f"{NAMES[runtime]}, {'32 bits' if precision == 'exact' else precision}"
            made[name] = Exported(place, threads=1, runtime=runtime)
            sizes[name] = (place / WHOLE).stat().st_size
    return made, sizes


def score(job: Job, answers: list[Any]) -> float:
    """Accuracy, or F1 of spans."""
    if not job.tags:
        return sum(answer.label == row["label"] for answer, row in zip(answers, job.judged, strict=True)) / len(answers)
    from atrous.tasks.tag_scores import ratios as of_spans
    from atrous.tasks.tag_scores import span_counts, summed

    tags = ((row["tags"], answer.tags) for answer, row in zip(answers, job.judged, strict=True))
    return of_spans(*summed(span_counts(tags, "iob2")))[2]


def measure(data: Path, rounds: int) -> dict[str, Any]:
    """Every model, every way, every round."""
    torch.set_num_threads(1)
    found: dict[str, Any] = {"rounds": rounds, "models": {}}
    for name, read in JOBS.items():
        job = read(data)
        tell(f"{name}: training and exporting")
        with tempfile.TemporaryDirectory() as folder:
            made, sizes = ways(job, Path(folder))
            seconds: dict[str, list[float]] = {way: [] for way in made}
            scores = {}
            for turn in range(rounds + 1):
                for way, one in made.items():
                    began = time.perf_counter()
                    answers = one.predict(job.given)
                    if turn:
                        seconds[way].append(round(time.perf_counter() - began, 5))
                    else:
                        scores[way] = score(job, answers)
                tell(f"{name}: round {turn} of {rounds}")
        found["models"][name] = {"rows": len(job.judged), "scores": scores, "bytes": sizes, "seconds": seconds}
    return found


def markdown(results: dict[str, Any]) -> str:
    """A table a model."""
    parts = []
    for name, own in results["models"].items():
        what, score = name.split(", ")
        seconds = own["seconds"]
        base, *_ = seconds.values()
        lines = [
            f"{what.capitalize()}: {own['rows']:,} rows, {results['rounds']} rounds.",
            "",
            f"| way | {score} | model.onnx, MB | rows a second | times torch's |",
            "| --- | ---: | ---: | ---: | ---: |",
        ]
        for way, times in seconds.items():
            size = f"{own['bytes'][way] / 1e6:.1f}" if way in own["bytes"] else ""
            middle = sorted(times)[len(times) // 2]
            lines.append(
                f"| {way} | {own['scores'][way]:.4f} | {size} | {own['rows'] / middle:,.0f} | "
                f"{spread(ratios(times, base))} |"
            )
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


if __name__ == "__main__":
    with_data(TABLE, parser(__doc__, rounds=ROUNDS), lambda data, asked: measure(data, asked.rounds), markdown)
