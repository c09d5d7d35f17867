"""Universal parts of speech of English EWT: accuracy, also on unknown words, with sentences and documents as rows.

    python benchmarks/tagging/pos.py --data FOLDER
    python benchmarks/tagging/pos.py --write

FOLDER holds ud_en_ewt/en_ewt-ud-train.conllu.gz, -dev and -test. No vectors from elsewhere; words in lower case, shape,
affixes and letters. Rate and dropout are chosen on dev with sentences, and serve for documents, too; three seeds. An
unknown word is one that no training row has. Kept in benchmarks/results/tagging-pos.json.
"""

from __future__ import annotations

from _runs import RESULTS, Entry, Kept, begin, lines_of, means, parser, put, run_table

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
    alone = [
        Entry(f"{name}, sentence", encode, told, GRID, None, ("encode.dropout",) if encode == "bag" else ())
        for name, (encode, told) in MODELS.items()
    ]
    documents = [
        Entry(f"{name}, document", encode, (*told, "data.context=document", "train.batch=4"), {}, f"{name}, sentence")
        for name, (encode, told) in MODELS.items() if name != "bag"
    ]  # fmt: skip
    return [*alone, *documents]


def markdown(content: dict) -> list[str]:
    """The table, one line a model and context."""
    head = (
        "| model | rows are | dev | test | test, unknown words | encoder parameters |\n"
        "| --- | --- | ---: | ---: | ---: | ---: |"
    )

    def cells(name: str, runs: list[dict]) -> list[str]:
        model, rows = name.split(", ")
        scores = (means(runs, part, "accuracy") for part in ("dev", "test"))
        unknown = means(runs, "test", "unknown_accuracy")
        return [model, f"{rows}s", *scores, unknown, f"{runs[0]['encoder']:,}"]

    return lines_of(content, "pos", head, cells)


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
