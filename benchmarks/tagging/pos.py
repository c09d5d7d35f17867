"""Universal parts of speech of English EWT: accuracy, also on unknown words, with sentences and documents as rows.

    python benchmarks/tagging/pos.py --data FOLDER
    python benchmarks/tagging/pos.py --write

FOLDER holds ud_en_ewt/en_ewt-ud-train.conllu.gz, -dev and -test. No vectors from elsewhere; words in lower case, shape,
affixes and letters. Rate and dropout are chosen on dev with sentences, and serve for documents, too; three seeds. An
unknown word is one that training rows have once or never. Kept in benchmarks/results/tagging-pos.json.
"""

from __future__ import annotations

from _runs import RESULTS, Entry, Kept, begin, of_table, parser, put, run_table, spread

KEPT = RESULTS / "tagging-pos.json"
NAME = "pos: benchmarks/tagging/pos.py"
FILES = tuple(f"ud_en_ewt/en_ewt-ud-{part}.conllu.gz" for part in ("train", "dev", "test"))
EPOCHS, CHOOSE_EPOCHS = 6, 2
GRID = {"train.rate": (0.0015, 0.004), "embed.dropout": (0.3, 0.5)}
COMMON = [
    "embed.lower=true", "embed.shape=true", "embed.affixes=3", "embed.letters=20", "embed.channels=100",
    "encode.dropout=0.15", "predict.dropout=0.3",
]  # fmt: skip
MODELS = {
    "ID-CNN": ("idcnn", ("encode.channels=120", "encode.repeats=2")),
    "residual": ("residual", ()),
    "BiLSTM": ("bilstm", ("encode.channels=100",)),
    "bag": ("bag", ()),
}


def entries() -> list[Entry]:
    """Every model with sentences, then with documents."""
    alone = [Entry(f"{name}, sentence", encode, told, GRID) for name, (encode, told) in MODELS.items()]
    documents = [
        Entry(f"{name}, document", encode, (*told, "data.context=document", "train.batch=4"), {}, f"{name}, sentence")
        for name, (encode, told) in MODELS.items() if name != "bag"
    ]  # fmt: skip
    return [*alone, *documents]


def markdown(content: dict) -> list[str]:
    """The table, one line a model and context."""
    lines = [
        "| model | rows are | dev | test | test, unknown words | encoder parameters | runs, failed |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, runs in of_table(content, "pos").items():
        if done := [run for run in runs if run["test"] is not None]:
            dev, test = (spread([run[part]["accuracy"] for run in done]) for part in ("dev", "test"))
            unknown = spread([run["test"]["unknown_accuracy"] for run in done])
            model, rows = name.split(", ")
            lines.append(
                f"| {model} | {rows}s | {dev} | {test} | {unknown} | {done[0]['encoder']:,} | "
                f"{len(runs)}, {len(runs) - len(done)} |"
            )
    return lines


def main() -> None:
    """Run what is missing and write the table."""
    asked = parser(__doc__).parse_args()
    kept = Kept(KEPT)
    if not asked.write:
        run_table(
            "pos", entries(), begin(asked, *FILES), COMMON, kept=kept, score="accuracy", epochs=EPOCHS,
            choose_epochs=CHOOSE_EPOCHS, only=asked.only,
        )  # fmt: skip
    put(NAME, markdown(kept.content))


if __name__ == "__main__":
    main()
