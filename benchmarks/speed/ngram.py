"""Text in, labels out: `ngram` against the same network in plain torch, and against fastText, on one thread.

    pip install fasttext-wheel==0.9.2
    python benchmarks/speed/ngram.py --data FOLDER
    python benchmarks/speed/ngram.py --write               the tables alone, out of what is kept

FOLDER holds ag_news_20k/train_subset20000.csv.gz and test.csv.gz, and imdb/train.jsonl.xz and test.jsonl.xz, of which
4,000 rows each are read, every label alike. Every model is trained on the same rows and answers the same test texts:

- atrous: `ngram`, words in lower case, 128 numbers each, 100 maps of widths 3, 4 and 5, three epochs; `Bundle.predict`
  by the compiled kernels (exact), with 8 bits, and by torch's `embedding_bag` (as if no compiler had been found);
- torch: the same sizes in `nn.Embedding`, three `nn.Conv1d`, a maximum and `nn.Linear`, a dictionary of words and
  Python's `re`, at the best of the batch sizes below, texts of like length together;
- fastText: `supervised`, wordNgrams 2, of dimension 100 and 10, `predict` of a list, in lower case as for the others.

A round times every way once, in turn, in one process; a ratio is of one round, to the way in the row. The first round
does not count. Kept in benchmarks/results/speed-ngram.json.
"""

from __future__ import annotations

import csv
import gzip
import json
import lzma
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
import torch
from _shared import Table, fastest, parser, ratios, spread, tell, with_data
from torch import nn

import atrous
from atrous.answering import tabled

TABLE = Table(__file__)
ROUNDS, EPOCHS, ROWS = 7, 3, 4000
BATCHES = (16, 64, 256)
WORDS = re.compile(r"\w+|[^\w\s]")
SETTINGS = [
    "embed.name=words", "embed.lower=true", "embed.channels=128", "encode.channels=100", f"train.epochs={EPOCHS}",
    "predict.dropout=0.3",
]  # fmt: skip
Texts = list[str]
Rows = tuple[Texts, Texts]  # texts, labels


def news(folder: Path, part: str) -> Rows:
    """Title and description of AG News, and the class."""
    with gzip.open(folder / "ag_news_20k" / f"{part}.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[0].isdigit()]
    return [f"{title} {text}" for _, title, text in rows], [row[0] for row in rows]


def films(folder: Path, part: str) -> Rows:
    """Reviews of IMDB, as many of either label."""
    with lzma.open(folder / "imdb" / f"{part}.jsonl.xz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    chosen = [row for label in ("neg", "pos") for row in islice((r for r in rows if r["label"] == label), ROWS // 2)]
    return [" ".join(row["text"].split()) for row in chosen], [row["label"] for row in chosen]


SETS: dict[str, tuple[Callable[[Path, str], Rows], str, str]] = {
    "AG News": (news, "train_subset20000", "test"),
    "IMDB": (films, "train", "test"),
}


def shuffled(rows: Rows) -> Rows:
    """The rows in another order: fastText learns them in that of the file, which has one label after the other."""
    pairs = [*zip(*rows, strict=True)]
    Random(0).shuffle(pairs)
    return [text for text, _ in pairs], [label for _, label in pairs]


class Plain(nn.Module):
    """The network as one writes it in torch."""

    def __init__(self, size: int, labels: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(size, 128, padding_idx=0)
        self.convolutions = nn.ModuleList(nn.Conv1d(128, 100, width, padding=width // 2) for width in (3, 4, 5))
        self.linear = nn.Linear(300, labels)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embed(ids).transpose(1, 2)
        found = [torch.relu(convolution(x)).amax(2) for convolution in self.convolutions]
        return self.linear(nn.functional.dropout(torch.cat(found, 1), 0.3, self.training))


class PlainTagger:
    """Its texts in, its labels out."""

    def __init__(self, rows: Rows) -> None:
        torch.manual_seed(0)
        texts, labels = rows
        counts = Counter(word for text in texts for word in WORDS.findall(text.lower()))
        self.known = {word: place for place, (word, count) in enumerate(counts.most_common(), 2) if count > 1}
        self.labels, self.batch = sorted(set(labels)), BATCHES[0]
        self.model = Plain(len(self.known) + 2, len(self.labels))
        optimiser = torch.optim.AdamW(self.model.parameters(), 1e-3)
        ids, targets = [*map(self.ids, texts)], torch.tensor([self.labels.index(label) for label in labels])
        for _ in range(EPOCHS):
            for places in torch.randperm(len(ids)).split(32):
                logits = self.model(padded([ids[place] for place in places]))
                nn.functional.cross_entropy(logits, targets[places]).backward()
                optimiser.step()
                optimiser.zero_grad()
        self.model.eval()

    def ids(self, text: str) -> list[int]:
        return [self.known.get(word, 1) for word in WORDS.findall(text.lower())]

    @torch.inference_mode()
    def __call__(self, texts: Texts) -> Texts:
        ids = [*map(self.ids, texts)]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found = [""] * len(ids)
        for start in range(0, len(order), self.batch):
            some = order[start : start + self.batch]
            for place, best in zip(
                some, self.model(padded([ids[one] for one in some])).argmax(1).tolist(), strict=True
            ):
                found[place] = self.labels[best]
        return found

    def choose(self, texts: Texts) -> None:
        """Take the batch size with which it is fastest."""

        def answer(batch: int) -> None:
            self.batch = batch
            self(texts)

        self.batch = fastest(BATCHES, answer)


def padded(rows: list[list[int]]) -> torch.Tensor:
    whole = np.zeros((len(rows), max(1, *map(len, rows))), np.int64)
    for row, ids in zip(whole, rows, strict=True):
        row[: len(ids)] = ids
    return torch.from_numpy(whole)


def fast_text(rows: Rows, dimension: int) -> Callable[[Texts], Texts]:
    """fastText's texts in, its labels out."""
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        path.write_text("".join(f"__label__{label} {spaced(text)}\n" for text, label in zip(*rows, strict=True)))
        model = fasttext.train_supervised(str(path), dim=dimension, wordNgrams=2, epoch=10, lr=0.5, thread=1, verbose=0)
    # Its `predict` makes an array in a way that numpy 2 refuses; what it calls does not.
    return lambda texts: [found[0][1] for found in _of_list(model, texts)]


def _of_list(model: object, texts: Texts) -> list:
    labels = model.f.multilinePredict([f"{text.lower()}\n" for text in texts], 1, 0.0, "strict")[0]
    return [[(None, label[0].removeprefix("__label__"))] for label in labels]


def spaced(text: str) -> str:
    return " ".join(text.lower().split())


def ways(train: Rows, test: Texts) -> dict[str, Callable[[Texts], Texts]]:
    """Every way to answer texts."""
    rows = [{"text": text, "label": label} for text, label in zip(*train, strict=True)]
    bundle = atrous.train(rows, encode="ngram", set=SETTINGS, quiet=True)
    smaller = atrous.Bundle(bundle.model, bundle.reader, bundle.labels, bundle.settings, int8=True)
    slower = atrous.Bundle(bundle.model, bundle.reader, bundle.labels, bundle.settings)

    def without_kernels(texts: Texts) -> Texts:
        kept, tabled.compiled = tabled.compiled, None
        try:
            return [answer.label for answer in slower.predict(texts)]
        finally:
            tabled.compiled = kept

    plain = PlainTagger(train)
    plain.choose(test[:500])
    return {
        "atrous, exact": lambda texts: [answer.label for answer in bundle.predict(texts)],
        "atrous, 8 bits": lambda texts: [answer.label for answer in smaller.predict(texts)],
        "atrous, no compiler": without_kernels,
        "torch": plain,
        "fastText 100": fast_text(train, 100),
        "fastText 10": fast_text(train, 10),
    }


def measure(folder: Path, rounds: int) -> dict:
    """Every set, every way, every round."""
    torch.set_num_threads(1)
    found: dict = {"rounds": rounds, "sets": {}}
    for name, (read, train, test) in SETS.items():
        tell(f"{name}: training")
        texts, labels = read(folder, test)
        made = ways(shuffled(read(folder, train)), texts)
        seconds: dict[str, list[float]] = {way: [] for way in made}
        right = {}
        for turn in range(rounds + 1):
            for way, answer in made.items():
                began = time.perf_counter()
                answers = answer(texts)
                if turn:
                    seconds[way].append(round(time.perf_counter() - began, 5))
                right[way] = sum(map(str.__eq__, answers, labels)) / len(labels)
            tell(f"{name}: round {turn} of {rounds}")
        words = sum(len(WORDS.findall(text)) for text in texts)
        found["sets"][name] = {"texts": len(texts), "words": words, "accuracy": right, "seconds": seconds}
    return found


def markdown(results: dict) -> str:
    """The tables, one for each set."""
    parts = []
    for name, own in results["sets"].items():
        seconds = own["seconds"]
        others = [way for way in seconds if not way.startswith("atrous")]
        lines = [
            f"{name}: {own['texts']:,} texts of {own['words'] / own['texts']:.0f} words, {results['rounds']} rounds. "
            "The last columns say how many times the texts a second of the others that is.",
            "",
            "| way | accuracy | texts a second | million words a second | "
            f"{' | '.join(f'to {way}' for way in others)} |",
            f"| --- | ---: | ---: | ---: |{' ---: |' * len(others)}",
        ]
        for way, times in seconds.items():
            cells = [spread(ratios(times, seconds[other])) for other in others]
            middle = median(times)
            lines.append(
                f"| {way} | {own['accuracy'][way]:.4f} | {own['texts'] / middle:,.0f} | "
                f"{own['words'] / middle / 1e6:.2f} | {' | '.join(cells)} |"
            )
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


if __name__ == "__main__":
    with_data(TABLE, parser(__doc__, rounds=ROUNDS), lambda data, asked: measure(data, asked.rounds), markdown)
