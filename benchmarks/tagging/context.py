"""Context four ways at an equal window on CoNLL-2003 English: pooled and restored, wide kernels, deep, dilated.

    python benchmarks/tagging/context.py --data FOLDER
    python benchmarks/tagging/context.py --data FOLDER --speed   only how fast they are, on a quiet machine
    python benchmarks/tagging/context.py --write

FOLDER and the common settings are those of ner.py, with GloVe and without characters, a softmax a token; the dropout
is the one that ner.py chooses for ID-CNN. Every encoder sees 29 tokens, pooled and restored 30 (not all of them at
every step), and has 84,000 to 133,000 parameters. Four epochs, three seeds. Speeds are those of models with words and
shapes alone, as in decoding.py: every way is timed once a round, in turn, on one thread, in batches of 32 sentences of
like length; a ratio is of one round, to the dilated one, and the median and the range are over five rounds. Kept in
benchmarks/results/tagging-ner.json.
"""

from __future__ import annotations

from statistics import median

from _runs import Entry, Kept, begin, lines_of, means, parser, put, run_table
from decoding import ROUNDS, drawn, settings_of, timed
from ner import CHOOSE_EPOCHS, COMMON, FILES, KEPT, READS
from ner import entries as ner_entries

from atrous.config import load
from atrous.data.tagged.corpus import read_corpus

NAME = "context: benchmarks/tagging/context.py"
BATCH = 32
CENTRED = "encode.centred=true"
ENCODERS = {
    "pooled and restored": ("unet", ("encode.channels=36", "encode.depth=2")),
    "wide kernels": ("conv", (
        CENTRED, "encode.channels=44", "encode.kernel=15", "encode.dilations=[1, 1]", "encode.strides=[1, 1]",
    )),
    "deep": ("conv", (
        CENTRED, "encode.channels=52", "encode.kernel=3", f"encode.dilations={[1] * 14}", f"encode.strides={[1] * 14}",
    )),
    "dilated": ("conv", (
        CENTRED, "encode.channels=96", "encode.kernel=3", "encode.dilations=[1, 2, 4, 7]",
        "encode.strides=[1, 1, 1, 1]",
    )),
}  # fmt: skip


def entries() -> list[Entry]:
    """ID-CNN, whose choice they share, and one for each way."""
    base = next(entry for entry in ner_entries() if entry.name == "ID-CNN, glove+characters")
    told = ("predict.name=tags", *READS["glove"])
    ways = [
        Entry(name, encode, (*told, *shape), {}, base.name, ("encode.dropout",) if encode == "unet" else ())
        for name, (encode, shape) in ENCODERS.items()
    ]
    return [base, *ways]


def speeds(files: dict, *, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Of every way the sentences a second in each round."""
    corpus = read_corpus(files["train"], dev=files["dev"], test=files["test"], settings=load(task="tag"))
    models = {name: drawn(settings_of(encode, "tags", told), corpus) for name, (encode, told) in ENCODERS.items()}
    found: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(rounds):
        for name, (model, rows) in models.items():
            found[name].append(round(timed(model, rows, BATCH, bf16=False), 1))
    return found


def markdown(content: dict) -> list[str]:
    """The table, one line a way."""
    head = (
        "| context | encoder | sees | dev F1 | test F1 | encoder parameters | sentences a second | to dilated |\n"
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"
    )
    timed = content.get("speeds", {})  # measured apart

    def cells(name: str, runs: list[dict]) -> list[str]:
        one, scores = runs[0], (means(runs, part, "span_f1") for part in ("dev", "test"))
        found = [name, one["encode"], one["window"], *scores, f"{one['encoder']:,}"]
        if name not in timed:
            return [*found, "-", "-"]
        ratios = [own / base for own, base in zip(timed[name], timed["dilated"], strict=True)]
        ratio = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        return [*found, f"{median(timed[name]):,.0f}", ratio]

    return lines_of(content, "context", head, cells)


def main() -> None:
    """Run what is missing and write the table."""
    made = parser(__doc__)
    made.add_argument("--speed", action="store_true", help="only measure how fast they are")
    asked = made.parse_args()
    kept = Kept(KEPT)
    if not asked.write:
        files = begin(asked, *FILES)
        if not asked.speed:
            run_table(
                "context", entries(), files, COMMON, kept=kept, score="span_f1", epochs=CHOOSE_EPOCHS,
                choose_epochs=CHOOSE_EPOCHS, only=asked.only, chosen_in="ner",
            )  # fmt: skip
        if asked.speed or "speeds" not in kept.content:
            kept.put("speeds", speeds(files))
    put(NAME, markdown(kept.content))


if __name__ == "__main__":
    main()
