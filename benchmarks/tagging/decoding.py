"""How many sentences a second taggers decode: ID-CNN with a softmax a token against BiLSTM-CRF, and the two between.

    python benchmarks/tagging/decoding.py --data FOLDER             5 rounds, one thread
    python benchmarks/tagging/decoding.py --data FOLDER --threads 2
    python benchmarks/tagging/decoding.py --write

FOLDER is that of ner.py; the sentences are those of eng.testb.gz. Two sizes of model: those of the paper's
configurations (300 filters, dilations 1, 2, 1, once; 150 units each way) and those of ner.py. Weights are drawn, since
they do not change the time; words have 100 numbers and a shape, without characters, as in the paper. Every model reads
sentences in batches of like length, at the batch size of those below with which it is fastest here, chosen in a round
that does not count; and, in fp32, sentences one at a time, as somebody waits for them, and whole documents one at a
time, where a recurrence has many steps that wait for each other. A round times every model once, in turn, in one
process, from ids to tags, after a pass that makes
ready what oneDNN keeps for each shape: it keeps too few for all of them. In bf16 it is products that are computed with
16 bits (torch's autocast). Ratios are of one round; the median and the range are over rounds. Kept in
benchmarks/results/tagging-decoding.json.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median

import numpy as np
import torch
from _runs import RESULTS, begin, parser, put
from ner import FILES

from atrous.config import Settings, load
from atrous.data.batch import Examples
from atrous.data.corpus import Corpus
from atrous.data.fitting import fit_reader
from atrous.data.tagged.corpus import read_corpus
from atrous.model import Model
from atrous.runtime.viterbi import best_of_rows
from atrous.tasks import TASKS

KEPT = RESULTS / "tagging-decoding.json"
NAME = "decoding: benchmarks/tagging/decoding.py"
ROUNDS = 5
TOGETHER, ALONE, DOCUMENTS = "sentences in batches", "sentences, one at a time", "documents, one at a time"
KINDS = (TOGETHER, ALONE, DOCUMENTS)
FEW = {ALONE: 300, DOCUMENTS: 40}  # rows of those
BATCHES = (32, 128, 512)
SIZES = {
    "the paper's": {"idcnn": ("encode.channels=300", "encode.repeats=1"), "bilstm": ("encode.channels=150",)},
    "ner.py's": {"idcnn": ("encode.channels=120", "encode.repeats=2"), "bilstm": ("encode.channels=100",)},
}
MODELS = {
    "BiLSTM-CRF": ("bilstm", "crf"),
    "BiLSTM": ("bilstm", "tags"),
    "ID-CNN-CRF": ("idcnn", "crf"),
    "ID-CNN": ("idcnn", "tags"),
}


def settings_of(encode: str, head: str, told: tuple[str, ...]) -> Settings:
    """A model that reads words and their shapes."""
    return load(
        None, [*told, "embed.channels=100", "embed.lower=true", "embed.shape=true"], task="tag", encode=encode,
        predict={"name": head, "scheme": "bilou"},
    )  # fmt: skip


def drawn(settings: Settings, corpus: Corpus, documents: Corpus) -> tuple[Model, dict[str, Examples]]:
    """A model whose weights nothing has taught, and the rows of test as it reads them."""
    reader = fit_reader(settings, corpus.train)
    torch.manual_seed(0)
    model = TASKS["tag"].build(settings, sizes=reader.sizes, labels=corpus.labels).eval()
    kinds = {TOGETHER: corpus.test, ALONE: corpus.test[: FEW[ALONE]], DOCUMENTS: documents.test[: FEW[DOCUMENTS]]}
    return model, {kind: Examples.of(reader, (row.given for row in rows)) for kind, rows in kinds.items()}


@torch.inference_mode()
def decode(model: Model, rows: Examples, batch: int, *, bf16: bool) -> int:
    """Tag every row, and say how many steps there were."""
    order = np.argsort(rows.lengths, kind="stable")
    chain = getattr(model.predict, "chain", None)
    for start in range(0, len(order), batch):
        some = order[start : start + batch]
        inputs, _ = rows.batch(some)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = model(inputs)
        if chain is None:
            logits.argmax(-1)
        else:
            flat = logits[inputs.mask].float().numpy()
            best_of_rows(flat, np.concatenate([[0], np.cumsum(rows.lengths[some])]), chain)
    return int(rows.starts[-1])


def timed(model: Model, rows: Examples, batch: int, *, bf16: bool) -> float:
    """Words a second of the second of two passes."""
    decode(model, rows, batch, bf16=bf16)
    began = time.perf_counter()
    return decode(model, rows, batch, bf16=bf16) / (time.perf_counter() - began)


def measure(files: dict, *, rounds: int, threads: int) -> dict:
    """Every model of either size, in either precision."""
    corpus, documents = (
        read_corpus(files["train"], dev=files["dev"], test=files["test"], settings=load(None, told, task="tag"))
        for told in ([], ["data.context=document"])
    )
    found = {"threads": threads, "rounds": rounds, "sentences": len(corpus.test), "models": []}
    for size, told in SIZES.items():
        made = {}
        for name, (encode, head) in MODELS.items():
            model, rows = drawn(settings_of(encode, head, told[encode]), corpus, documents)
            for bf16 in (False, True):
                speeds = {batch: timed(model, rows[TOGETHER], batch, bf16=bf16) for batch in BATCHES}
                best = max(speeds, key=speeds.__getitem__)
                print(f"{size} {name}, {'bf16' if bf16 else 'fp32'}: best at {best} rows", file=sys.stderr)
                made[TOGETHER, name, bf16] = (model, rows[TOGETHER], best)
            made |= {(kind, name, False): (model, rows[kind], 1) for kind in FEW}
        speeds = {key: [] for key in made}
        for turn in range(rounds):
            for key, (model, rows, batch) in made.items():
                speeds[key].append(timed(model, rows, batch, bf16=key[2]))
            print(f"{size}: round {turn + 1} of {rounds}", file=sys.stderr)
        length = len(corpus.test) / int(made[TOGETHER, "ID-CNN", False][1].starts[-1])  # sentences a word
        for (kind, name, bf16), (model, _, batch) in sorted(made.items(), key=lambda one: KINDS.index(one[0][0])):
            base = speeds[kind, "BiLSTM-CRF", False]
            ratios = [own / other for own, other in zip(speeds[kind, name, bf16], base, strict=True)]
            found["models"].append({
                "size": size, "name": name, "bf16": bf16, "batch": batch, "rows": kind,
                "encoder": model.encode.cost.parameters,
                "speeds": [round(one * length) for one in speeds[kind, name, bf16]],
                "ratios": [round(one, 3) for one in ratios],
            })  # fmt: skip
    return found


def markdown(results: dict) -> list[str]:
    """The table, one line a model."""
    threads = f"{results['threads']} thread{'s' * (results['threads'] > 1)}"
    lines = [
        f"{results['sentences']:,} sentences, {threads}, {results['rounds']} rounds. The ratio is to BiLSTM-CRF of "
        "that size in fp32 that reads such rows; the paper has 14.1 for ID-CNN, 9.9 for BiLSTM and 1.3 for ID-CNN-CRF, "
        "on a GPU of 2017.",
        "",
        "| size | rows | model | precision | encoder parameters | best batch | sentences a second | ratio |",
        "| --- | --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for one in results["models"]:
        ratios = f"{median(one['ratios']):.2f} ({min(one['ratios']):.2f} to {max(one['ratios']):.2f})"
        lines.append(
            f"| {one['size']} | {one.get('rows', TOGETHER)} | {one['name']} | {'bf16' if one['bf16'] else 'fp32'} | "
            f"{one['encoder']:,} | {one['batch']} | {median(one['speeds']):,.0f} | {ratios} |"
        )
    return lines


def main() -> None:
    """Measure, keep, and write the table."""
    made = parser(__doc__)
    made.add_argument("--rounds", type=int, default=ROUNDS)
    asked = made.parse_args()
    if not asked.write:
        found = measure(begin(asked, *FILES), rounds=asked.rounds, threads=asked.threads)
        KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    put(NAME, markdown(json.loads(KEPT.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
