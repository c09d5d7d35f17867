"""The main job on real text, in one call: which of 20 languages is a message in?"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from atrous.bundle import load as load_bundle
from atrous.comparing import BEST, RESULTS
from atrous.comparing.race import keep, race
from atrous.comparing.table import table
from atrous.config import load
from atrous.data.corpus import read_corpus
from atrous.data.packaged import SPLITS, example_data
from atrous.data.text import Source
from atrous.outputs import new_folder

SENTENCES = (
    "El viejo molino sigue girando junto al río.",
    "Am Fluss steht eine alte Mühle.",
    "Le vieux moulin tourne encore.",
    "O velho moinho ainda mói.",
    "Старая мельница всё ещё мелет.",
    "Стара воденица још увек меље.",
    "Gamla kvarnen mal fortfarande.",
    "古い水車はまだ回っている。",
)
# What fits five minutes on two ordinary cores, the same for all: three epochs, 50,000 to 67,000 encoder parameters.
SHARED = ["train.epochs=3"]
SIZES = {
    "bag": [],
    "ngram": ["encode.channels=64"],
    "tcn": ["encode.channels=48", "encode.dropout=0.0"],
    "bilstm": ["encode.channels=56", "encode.dropout=0.0"],
    "attention": ["encode.wide=128", "encode.dropout=0.0"],
}


def demo(out: Source, *, force: bool = False, quiet: bool = False, device: str = "auto") -> dict[str, Any]:
    """Write the `languages` data, race five encoders on it with 3 seeds, keep the best, and ask it some sentences.

    out: a folder for `data/`, `results.json` and the best model, `best/`.

    Returns the results as `atrous.compare` does, with "answers" to the sentences and "seconds" of it all.
    Raises MissingExtra if Django, whose catalogues hold the texts, is not installed.
    """
    started = time.perf_counter()
    with new_folder(out, force=force, marks=[RESULTS]) as folder:
        data = example_data("languages", folder / "data")
        train, dev, test = (data / name for name in SPLITS)
        columns = {"text": "text", "label": "label"}
        settings = [load(None, [*SHARED, *SIZES[name]], data=columns, encode=name) for name in SIZES]
        corpus = read_corpus(train, dev=dev, test=test, settings=settings[0].data)
        if not quiet:
            parts = f"{len(corpus.train):,} train, {len(corpus.dev):,} dev, {len(corpus.test):,} test"
            print(f"{len(corpus.labels)} languages, messages of Django's catalogues: {parts}", file=sys.stderr)
        results = race(corpus, settings, seeds=3, folder=folder, device=device, quiet=quiet)
        results["data"]["files"] = {Path(name).stem: f"data/{name}" for name in SPLITS}
        if (folder / BEST).is_dir():
            answers = load_bundle(folder / BEST).predict(SENTENCES)
            results["answers"] = [
                {"text": text, "label": answer.label, "probability": answer.probability}
                for text, answer in zip(SENTENCES, answers, strict=True)
            ]
        results["seconds"] = round(time.perf_counter() - started, 1)
        keep(results, folder)
    return results


def shown(results: dict[str, Any], out: Source) -> str:
    """The table, what the best model says of the sentences, and where it is."""
    lines = [table(results), ""]
    if "answers" in results:
        lines.append(f"What {results['best']['name']} says of sentences it never saw:")
        lines += [f"  {one['label']:<8} {one['probability']:.3f}  {one['text']}" for one in results["answers"]]
        lines += ["", f"The model is in {Path(out) / BEST}; the results are in {Path(out) / RESULTS}. Try:"]
        lines.append(f"  echo 'Wo ist der Bahnhof?' | atrous predict {Path(out) / BEST}")
    return "\n".join(lines)
