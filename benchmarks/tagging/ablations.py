"""What each part of ID-CNN is worth on CoNLL-2003 English: one change at a time.

    python benchmarks/tagging/ablations.py --data FOLDER
    python benchmarks/tagging/ablations.py --write

FOLDER and the common settings are those of ner.py, with GloVe and characters, a softmax a token. The first line is the
model of the paper: a tied block of dilations 1, 2, 1, a loss after every application, identity initialisation, and the
penalty. Rate and dropout are those that ner.py chooses for ID-CNN (made here, if that has not run), and are not chosen
again for each change. Three seeds. Kept in benchmarks/results/tagging-ner.json.
"""

from __future__ import annotations

from _runs import Entry, Kept, begin, of_table, parser, put, run_table, spread
from ner import CHOOSE_EPOCHS, COMMON, EPOCHS, FILES, KEPT, entries

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
    "one application": ("encode.repeats=1",),
}  # fmt: skip


def changed() -> list[Entry]:
    """ID-CNN as ner.py has it, and each change."""
    base = next(entry for entry in entries() if entry.name == "ID-CNN, glove+characters")
    made = [Entry(name, base.encode, (*base.set, PENALTY, *told), {}, base.name) for name, told in BLOCKS.items()]
    return [base, *made]


def markdown(content: dict) -> list[str]:
    """The table, one line a change."""
    lines = [
        "| ID-CNN | dev F1 | test F1 | encoder parameters | sees | runs, failed |",
        "| --- | ---: | ---: | ---: | --- | ---: |",
    ]
    for name, runs in of_table(content, "ablations").items():
        if done := [run for run in runs if run["test"] is not None]:
            dev, test = (spread([run[part]["span_f1"] for run in done]) for part in ("dev", "test"))
            about = f"{done[0]['encoder']:,} | {done[0]['window']}"
            lines.append(f"| {name} | {dev} | {test} | {about} | {len(runs)}, {len(runs) - len(done)} |")
    return lines


def main() -> None:
    """Run what is missing and write the table."""
    asked = parser(__doc__).parse_args()
    kept = Kept(KEPT)
    if not asked.write:
        run_table(
            "ablations", changed(), begin(asked, *FILES), COMMON, kept=kept, score="span_f1", epochs=EPOCHS,
            choose_epochs=CHOOSE_EPOCHS, only=asked.only, chosen_in="ner",
        )  # fmt: skip
    put(NAME, markdown(kept.content))


if __name__ == "__main__":
    main()
