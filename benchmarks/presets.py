"""The learning rate that each encoder's preset takes: dev accuracy after two epochs, for several rates and seeds.

    python benchmarks/presets.py [--seeds 3] [--encode A,B,C]

Trains on the `languages` data (Django's catalogues), every encoder at its default size and with its preset's pool.
Prints a line a run as it ends, then the mean of each rate, the preset's own marked. The results are kept in
benchmarks/results/presets.json; runs of encoders that are not named stay there.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

import torch

from atrous.config import PRESETS, load
from atrous.data.corpus import read_corpus
from atrous.data.packaged import SPLITS, example_data
from atrous.errors import NotFinite
from atrous.training.fit import learn

KEPT = Path(__file__).parent / "results" / "presets.json"
RATES = (1e-3, 2e-3, 5e-3, 1e-2, 2e-2)


def accuracies(name: str, seeds: int, folder: Path) -> dict[str, list[float | None]]:
    """Dev accuracy of every seed, by rate; None where the loss was no longer finite."""
    train, dev, test = (folder / split for split in SPLITS)
    found: dict[str, list[float | None]] = {}
    for rate in RATES:
        for seed in range(seeds):
            settings = load(
                None,
                ["train.epochs=2", f"train.rate={rate}", f"train.seed={seed}"],
                encode=name,
                data={"text": "text", "label": "label"},
            )
            corpus = read_corpus(train, dev=dev, test=test, settings=settings.data)
            with tempfile.TemporaryDirectory() as work:
                try:
                    accuracy = learn(corpus, settings, work=Path(work), device="cpu").scores["dev"]["accuracy"]
                except NotFinite:
                    accuracy = None
            found.setdefault(f"{rate:g}", []).append(accuracy)
            print(f"{name:<11} rate {rate:<6g} seed {seed}  {accuracy}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--encode", default=",".join(PRESETS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        data = example_data("languages", Path(folder) / "languages")
        for name in options.encode.split(","):
            results[name] = accuracies(name, options.seeds, data)
            KEPT.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n", encoding="utf-8")
    print("\nmean accuracy on dev; * is the preset")
    for name, found in sorted(results.items()):
        cells = []
        for rate, scores in found.items():
            finite = [score for score in scores if score is not None]
            mean = f"{statistics.fmean(finite):.4f}" if finite else "failed"
            failed = f" ({len(scores) - len(finite)} failed)" if len(finite) < len(scores) else ""
            cells.append(f"{rate}{'*' * (float(rate) == PRESETS[name].rate)} {mean}{failed}")
        print(f"{name:<11} " + "   ".join(cells))


if __name__ == "__main__":
    main()
