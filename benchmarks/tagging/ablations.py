"""What each part of ID-CNN is worth on CoNLL-2003 English: one change at a time.

    python benchmarks/tagging/ablations.py --data FOLDER
    python benchmarks/tagging/ablations.py --write

FOLDER and the common settings are those of ner.py, with GloVe, no characters, a softmax a token. The first line is the
model of the paper: a tied block of dilations 1, 2, 1, a loss after every application, identity initialisation, and the
penalty. The dropout is the one that ner.py chooses for ID-CNN (made here, if that has not run), and is not chosen again
for each change. Four epochs, three seeds. Kept in benchmarks/results/tagging-ner.json.
"""

from __future__ import annotations

from _runs import Entry, Kept, begin, lines_of, means, parser, put, run_table
from ner import CHOOSE_EPOCHS, COMMON, FILES, KEPT, entries

NAME = "ablations: benchmarks/tagging/ablations.py"
PENALTY = "train.dropout_penalty=0.01"
BLOCKS = {
    "as in the paper": (),
    "untied": ("encode.tied=false",),
    "one loss, after the last application": ("train.losses=last",),
    "random initialisation": ("encode.identity=false",),
    "no penalty": ("train.dropout_penalty=0.0",),
    "four blocks of 1, 1, 2, chained": ("encode.dilations=[1, 1, 2]", "encode.repeats=4"),
    "four blocks of 1, 1, 2, concatenated, one loss": (
        "encode.dilations=[1, 1, 2]", "encode.repeats=4", 'encode.join="concatenate"', "train.losses=last",
    ),
}  # fmt: skip


def changed() -> list[Entry]:
    """ID-CNN as ner.py has it, and each change."""
    named = {entry.name: entry for entry in entries()}
    chosen, base = named["ID-CNN, glove+characters"], named["ID-CNN, glove"]
    made = [Entry(name, base.encode, (*base.set, PENALTY, *told), {}, chosen.name) for name, told in BLOCKS.items()]
    return [chosen, *made]


def markdown(content: dict) -> list[str]:
    """The table, one line a change."""
    head = "| ID-CNN | dev F1 | test F1 | encoder parameters | sees |\n| --- | ---: | ---: | ---: | --- |"

    def cells(name: str, runs: list[dict]) -> list[str]:
        scores = (means(runs, part, "span_f1") for part in ("dev", "test"))
        return [name, *scores, f"{runs[0]['encoder']:,}", runs[0]["window"]]

    return lines_of(content, "ablations", head, cells)


def main() -> None:
    """Run what is missing and write the table."""
    asked = parser(__doc__).parse_args()
    kept = Kept(KEPT)
    if not asked.write:
        run_table(
            "ablations", changed(), begin(asked, *FILES), COMMON, kept=kept, score="span_f1", epochs=CHOOSE_EPOCHS,
            choose_epochs=CHOOSE_EPOCHS, only=asked.only, chosen_in="ner",
        )  # fmt: skip
    put(NAME, markdown(kept.content))


if __name__ == "__main__":
    main()
