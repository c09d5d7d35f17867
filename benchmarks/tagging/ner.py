"""Named entities of CoNLL-2003 English: ID-CNN against BiLSTM, each with a softmax a token and with a CRF.

    python benchmarks/tagging/ner.py --data FOLDER            everything that is not there yet
    python benchmarks/tagging/ner.py --data FOLDER --only glove+characters
    python benchmarks/tagging/ner.py --write                  the table alone, out of what is kept

FOLDER holds conll2003/eng.train.gz, eng.testa.gz and eng.testb.gz, four columns, IOB1. Every model reads words in lower
case, their shape, and, where the table says so, their letters; one sentence is a row. The dropout of what each of the
four models reads is chosen on dev, with GloVe and characters, from the same values; the rate is one for all. Three
seeds each. Spans are taught as BILOU; best epoch by span F1 on dev. Kept in
benchmarks/results/tagging-ner.json, without any text.
"""

from __future__ import annotations

from _runs import GLOVE, RESULTS, Entry, Kept, begin, lines_of, means, parser, put, run_table

KEPT = RESULTS / "tagging-ner.json"
NAME = "ner: benchmarks/tagging/ner.py"
FILES = ("conll2003/eng.train.gz", "conll2003/eng.testa.gz", "conll2003/eng.testb.gz")
EPOCHS, CHOOSE_EPOCHS = 6, 4
MODELS = {
    "ID-CNN": ("idcnn", "tags"),
    "ID-CNN-CRF": ("idcnn", "crf"),
    "BiLSTM": ("bilstm", "tags"),
    "BiLSTM-CRF": ("bilstm", "crf"),
}
# About as many parameters; the paper has 300 channels, applied once, against 150 units each way.
SHAPE = {"idcnn": ("encode.channels=120", "encode.repeats=2"), "bilstm": ("encode.channels=100",)}
GRID: dict[str, tuple[object, ...]] = {"embed.dropout": (0.15, 0.3, 0.5)}
LETTERS = ["embed.letters=20", "embed.letter_channels=60"]
READS = {
    "glove": [GLOVE, "embed.tuning=static", "embed.vocabulary=vectors", "embed.hashed=10000"],
    "random": ["embed.channels=100"],
}
COMMON = ["train.rate=0.003", "embed.lower=true", "embed.shape=true", "encode.dropout=0.15", "predict.dropout=0.3"]


def entries() -> list[Entry]:
    """Sixteen models; those with GloVe and characters come first, and choose for the others."""
    made = []
    for vectors, letters in (("glove", True), ("glove", False), ("random", True), ("random", False)):
        for model, (encode, head) in MODELS.items():
            reads = f"{vectors}{'+characters' * letters}"
            told = [f"predict.name={head}", *SHAPE[encode], *LETTERS * letters]
            told += READS[vectors]
            first = vectors == "glove" and letters
            like = None if first else f"{model}, glove+characters"
            made.append(Entry(f"{model}, {reads}", encode, tuple(told), GRID if first else {}, like))
    return made


def markdown(content: dict) -> list[str]:
    """The table, one line a model."""
    head = "| model | reads | dev F1 | test F1 | encoder parameters |\n| --- | --- | ---: | ---: | ---: |"

    def cells(name: str, runs: list[dict]) -> list[str]:
        scores = (means(runs, part, "span_f1") for part in ("dev", "test"))
        return [*name.split(", "), *scores, f"{runs[0]['encoder']:,}"]

    return lines_of(content, "ner", head, cells)


def main() -> None:
    """Run what is missing and write the table."""
    asked = parser(__doc__).parse_args()
    kept = Kept(KEPT)
    if not asked.write:
        files = begin(asked, *FILES)
        run_table(
            "ner", entries(), files, COMMON, kept=kept, score="span_f1", epochs=EPOCHS, choose_epochs=CHOOSE_EPOCHS,
            only=asked.only,
        )  # fmt: skip
    put(NAME, markdown(kept.content))


if __name__ == "__main__":
    main()
