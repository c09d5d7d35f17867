"""How much of its window an encoder uses before and after training, and how much gradient reaches its first layer.

    python benchmarks/field.py [--encode A,B,C] [--rows 6000] [--epochs 2]

Trains on every so many-th row of the `languages` data (Django's catalogues; characters), every encoder at its default
size and with its preset, and measures its gradient on 256 dev rows with `atrous.measure`. Prints a line an encoder as
it ends. The results are kept in benchmarks/results/field.json; those of encoders that are not named stay there. The
table of docs/field.md is written from them, and its picture by docs/pictures.py.
"""

import argparse
import csv
import json
import tempfile
from pathlib import Path
from typing import Any

import torch

import atrous
from atrous.data.packaged import SPLITS, example_data

KEPT = Path(__file__).parent / "results" / "field.json"
PAGE = Path(__file__).parent.parent / "docs" / "field.md"
BEGIN, END = "<!-- begin: benchmarks/field.py -->\n", "<!-- end: benchmarks/field.py -->"
ENCODERS = ["tcn", "wavenet", "rnn", "gru", "lstm", "attention"]


def measured(name: str, folder: Path, rows: int, epochs: int) -> dict[str, Any]:
    """What is found for one encoder, its accuracy on dev beside it."""
    train, dev, test = (folder / split for split in SPLITS)
    with train.open(encoding="utf-8", newline="") as file:
        every = [*csv.DictReader(file)]
    given = every[:: max(1, len(every) // rows)]
    words = {"text": "text", "label": "label"}
    model = atrous.train(
        given, dev=dev, test=test, encode=name, set=[f"train.epochs={epochs}"], device="cpu", quiet=True, **words
    )
    found = atrous.measure(model, dev, **words)
    return {"rows": len(given), "epochs": epochs, "accuracy": model.scores["dev"]["accuracy"], **found.to_json()}


def markdown(results: dict[str, Any]) -> str:
    """The table of the page."""
    head = "| encoder | window | 95 % before training | after | gradient at the embedding, before | after |"
    lines = [head, "|---|---|---|---|---|---|"]
    for name, one in results.items():
        window, span = one["lags"]["window"], one["lags"]["span"]
        size = "no end" if "inf" in window.values() else f"{window['left'] + window['right'] + 1} tokens"
        fields = [f"{1 + span[state][1] - span[state][0]} tokens" for state in ("start", "end")]
        lines.append(f"| {name} | {size} | {' | '.join(fields)} | {' | '.join(ratios(one))} |")
    return "\n".join(lines)


def ratios(one: dict[str, Any]) -> list[str]:
    """The gradient at the embedding, in those at the last layer of the encoder; before and after training."""
    last = [layer for layer in one["layers"] if layer["name"].startswith("encode: ")][-1]
    return [f"{one['layers'][0][state] / last[state]:.2g} times" for state in ("start", "end")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encode", default=",".join(ENCODERS))
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        data = example_data("languages", Path(folder) / "languages")
        for name in options.encode.split(","):
            results[name] = measured(name, data, options.rows, options.epochs)
            print(f"{name:<11} {results[name]['lags']['span']} {ratios(results[name])}", flush=True)
            KEPT.write_text(json.dumps(results) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + BEGIN + markdown(results) + "\n" + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
