"""Context four ways at an equal window on CoNLL-2003 English: pooled and restored, wide kernels, deep, dilated.

    python benchmarks/tagging/context.py --data FOLDER
    python benchmarks/tagging/context.py --write

FOLDER and the common settings are those of ner.py, with GloVe and characters, a softmax a token. Every encoder sees
29 tokens, pooled and restored 30 (not all of them at every step), and has about as many parameters. A speed is how many
tokens a second one thread tags, from ids to scores, in batches of like length: the best of three passes over dev, for
each seed. Rate and dropout are chosen on dev for each from the same grid; three seeds. Kept in
benchmarks/results/tagging-context.json.
"""

from __future__ import annotations

from statistics import median

from _runs import RESULTS, Entry, Kept, begin, lines_of, means, parser, put, run_table
from ner import CHOOSE_EPOCHS, COMMON, EPOCHS, FILES, GRID, READS

KEPT = RESULTS / "tagging-context.json"
NAME = "context: benchmarks/tagging/context.py"
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
    """One for each way."""
    told = ("predict.name=tags", "embed.letters=20", *READS["glove"])
    return [Entry(name, encode, (*told, *shape), GRID) for name, (encode, shape) in ENCODERS.items()]


def markdown(content: dict) -> list[str]:
    """The table, one line a way."""
    head = (
        "| context | encoder | sees | test F1 | encoder parameters | tokens a second |\n"
        "| --- | --- | --- | ---: | ---: | ---: |"
    )

    def cells(name: str, runs: list[dict]) -> list[str]:
        speeds = sorted(run["speed"] for run in runs)
        speed = f"{median(speeds):,.0f} ({speeds[0]:,.0f} to {speeds[-1]:,.0f})"
        one = runs[0]
        return [name, one["encode"], one["window"], means(runs, "test", "span_f1"), f"{one['encoder']:,}", speed]

    return lines_of(content, "context", head, cells)


def main() -> None:
    """Run what is missing and write the table."""
    asked = parser(__doc__).parse_args()
    kept = Kept(KEPT)
    if not asked.write:
        run_table(
            "context", entries(), begin(asked, *FILES), COMMON, kept=kept, score="span_f1", epochs=EPOCHS,
            choose_epochs=CHOOSE_EPOCHS, only=asked.only, speed=True,
        )  # fmt: skip
    put(NAME, markdown(kept.content))


if __name__ == "__main__":
    main()
