"""Text in, tags out: taggers of words against spaCy's CNN tagger, on one thread.

    pip install spacy==3.8.18
    python benchmarks/speed/tagger.py --data FOLDER [--models FOLDER]
    python benchmarks/speed/tagger.py --write              the table alone, out of what is kept

FOLDER holds ud_en_ewt/en_ewt-ud-train.conllu.gz, -dev and -test (universal parts of speech), and
ag_news_20k/test.csv.gz for the texts. Every tagger is trained on the same sentences; accuracy is on the words of test
as the treebank cuts them. No vectors from elsewhere.

- spaCy: `tagger` of a blank pipeline with its default model, HashEmbedCNN of width 96 and depth 4, the best on dev of
  six epochs; `nlp.pipe` at the best of the batch sizes below;
- atrous: words, shapes and affixes, then one convolution over five words, or two over three; `Bundle.predict`, also as
  if no compiler had been found.

Speed is from texts to a list of tags each. A tagger remembers words that it has met, spaCy's as ours; so every round
reads other texts, which nobody has read before, after some that make both ready and do not count; and then the same
once more. A round times every way once, in turn, in one process; a ratio is of one round. Words are what stands
between spaces. Kept in benchmarks/results/speed-tagger.json. --models keeps trained models in a folder, and takes
those that are there.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch
from _shared import Table, fastest, parser, ratios, spread, tell, with_data

import atrous
from atrous.data.tagged.conllu import conllu_sentences
from atrous.runtime import lexicon

TABLE = Table(__file__)
ROUNDS, EPOCHS = 7, 6
READY, TEXTS = 1500, 700  # texts before the rounds, and in each
BATCHES = (32, 128, 512)
RIVAL = "spaCy"
COMMON = [
    "embed.lower=true", "embed.shape=true", "embed.affixes=3", "embed.channels=96", "embed.dropout=0.4",
    "encode.centred=true", "predict.dropout=0.2", "train.rate=0.004", f"train.epochs={EPOCHS}",
]  # fmt: skip
MODELS = {
    "one convolution": ["encode.kernel=5", "encode.channels=128", "encode.dilations=[1]", "encode.strides=[1]"],
    "two convolutions": ["encode.kernel=3", "encode.channels=64", "encode.dilations=[1,1]", "encode.strides=[1,1]"],
}
Texts = list[str]
Tags = list[list[str]]
Sentences = list[tuple[tuple[str, ...], tuple[str, ...]]]  # words, tags


def sentences(path: Path) -> Sentences:
    """Those of a treebank."""
    return [(one.tokens, one.tags or ()) for one in conllu_sentences(path)]


def news(folder: Path) -> Texts:
    """Title and description of AG News."""
    with gzip.open(folder / "ag_news_20k" / "test.csv.gz", "rt", encoding="utf-8") as file:
        return [f"{row[1]}. {row[2]}" for row in csv.reader(file) if row[0].isdigit()]


class Rival:
    """spaCy's texts in, its tags out."""

    def __init__(self, files: dict[str, Path], folder: Path) -> None:
        import spacy

        place = folder / "spacy"
        self.batch = BATCHES[0]
        if not place.is_dir():
            self._train(files, place)
        self.nlp = spacy.load(place)

    def _train(self, files: dict[str, Path], place: Path) -> None:
        import spacy
        from spacy.tokens import Doc
        from spacy.training import Example
        from spacy.util import fix_random_seed, minibatch

        fix_random_seed(0)
        self.nlp = spacy.blank("en")
        self.nlp.add_pipe("tagger")
        made = [
            Example.from_dict(Doc(self.nlp.vocab, words=[*words]), {"tags": [*tags]})
            for words, tags in sentences(files["train"])
        ]
        optimiser = self.nlp.initialize(lambda: made)
        best, dev = 0.0, sentences(files["dev"])
        for epoch in range(EPOCHS):
            random.shuffle(made)
            for some in minibatch(made, 32 + 16 * epoch):
                self.nlp.update(some, sgd=optimiser, drop=0.1)
            right = self.accuracy(dev)
            tell(f"spaCy: epoch {epoch + 1} of {EPOCHS}, dev {right:.4f}")
            if right > best:
                best = right
                self.nlp.to_disk(place)

    def accuracy(self, rows: Sentences) -> float:
        """The share of words that get their tag, cut as they are in the treebank."""
        from spacy.tokens import Doc

        docs = (Doc(self.nlp.vocab, words=[*words]) for words, _ in rows)
        return share([[word.tag_ for word in doc] for doc in self.nlp.get_pipe("tagger").pipe(docs)], rows)

    def __call__(self, texts: Texts) -> Tags:
        return [[word.tag_ for word in doc] for doc in self.nlp.pipe(texts, batch_size=self.batch)]

    def choose(self, texts: Texts) -> None:
        """Take the batch size with which it is fastest."""

        def answer(batch: int) -> None:
            self.batch = batch
            self(texts)

        self.batch = fastest(BATCHES, answer)


def share(given: Tags, rows: Sentences) -> float:
    """The share of words that get their tag."""
    pairs = [pair for own, (_, tags) in zip(given, rows, strict=True) for pair in zip(own, tags, strict=True)]
    return sum(own == wanted for own, wanted in pairs) / len(pairs)


def trained(name: str, files: dict[str, Path], folder: Path) -> atrous.Bundle:
    """A tagger of ours."""
    place = folder / name.replace(" ", "-")
    if not place.is_dir():
        tell(f"{name}: training")
        told = [*COMMON, *MODELS[name]]
        atrous.train(files["train"], dev=files["dev"], task="tag", encode="conv", set=told, quiet=True).save(place)
    return atrous.load(place)


def without_compiler(answer: Callable[[Texts], Tags]) -> Callable[[Texts], Tags]:
    """The same, as an installation without compiled code does it."""

    def answered(texts: Texts) -> Tags:
        kept, lexicon.compiled = lexicon.compiled, None
        try:
            return answer(texts)
        finally:
            lexicon.compiled = kept

    return answered


def answering(bundle: atrous.Bundle) -> Callable[[Texts], Tags]:
    """Its texts in, its tags out."""
    return lambda texts: [[*answer.tags] for answer in bundle.predict(texts)]


def measure(data: Path, folder: Path, rounds: int) -> dict:
    """Every way, every round."""
    torch.set_num_threads(1)
    files = {part: data / "ud_en_ewt" / f"en_ewt-ud-{part}.conllu.gz" for part in ("train", "dev", "test")}
    texts, test, rival = news(data), sentences(files["test"]), Rival(files, folder)
    ways, right = {RIVAL: rival}, {RIVAL: rival.accuracy(test)}
    for name in MODELS:
        way, bundle = f"atrous, {name}", trained(name, files, folder)
        ways[way] = answering(bundle)
        right[way] = share([[*answer.tags] for answer in bundle.predict([words for words, _ in test])], test)
    slower = f"{way}, no compiler"
    ways[slower], right[slower] = without_compiler(answering(trained(name, files, folder))), right[way]
    rival.choose(texts[: READY // 3])
    for answer in ways.values():
        answer(texts[:READY])
    seconds: dict = {kind: {way: [] for way in ways} for kind in ("new", "again")}
    words = []
    for turn in range(rounds):
        some = texts[READY + turn * TEXTS : READY + (turn + 1) * TEXTS]
        words.append(sum(len(text.split()) for text in some))
        for times in seconds.values():
            for way, answer in ways.items():
                began = time.perf_counter()
                answer(some)
                times[way].append(round(time.perf_counter() - began, 5))
        tell(f"round {turn + 1} of {rounds}")
    return {"rounds": rounds, "texts": TEXTS, "batch": rival.batch, "words": words, "accuracy": right,
            "seconds": seconds}  # fmt: skip


def markdown(results: dict) -> str:
    """The table, one line a way."""
    lines = [
        f"{results['rounds']} rounds of {results['texts']:,} texts; spaCy in batches of {results['batch']}. In "
        "brackets the range over rounds.",
        "",
        "| way | accuracy on test | words a second, new texts | times spaCy | the same texts again | times spaCy |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for way, right in results["accuracy"].items():
        cells = []
        for times in results["seconds"].values():
            speeds = [count / one for count, one in zip(results["words"], times[way], strict=True)]
            cells += [f"{median(speeds):,.0f}", spread(ratios(times[way], times[RIVAL]), ".1f")]
        lines.append(f"| {way} | {100 * right:.2f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, keep, and write the table."""
    made = parser(__doc__, rounds=ROUNDS)
    made.add_argument("--models", type=Path, help="where trained models are kept; else nowhere")
    with tempfile.TemporaryDirectory() as passing:

        def measured(data: Path, asked: argparse.Namespace) -> dict:
            folder = asked.models or Path(passing)
            folder.mkdir(parents=True, exist_ok=True)
            return measure(data, folder, asked.rounds)

        with_data(TABLE, made, measured, markdown)


if __name__ == "__main__":
    main()
