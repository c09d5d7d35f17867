"""The main job on real text, in one call: which of 20 languages is a message in?"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from atrous.bundle import load as load_bundle
from atrous.comparing import BEST, REPORT, RESULTS
from atrous.comparing.commands import commands
from atrous.comparing.outcome import keep, leave
from atrous.comparing.race import race
from atrous.comparing.table import table
from atrous.comparing.terms import DEFAULT, Terms, entrants
from atrous.data.asked import Asked
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


class Program(NamedTuple):
    """What a demo races: encoders, terms and settings."""

    encode: tuple[str, ...]
    terms: Terms
    set: tuple[str, ...] = ()


SHORT = Program(DEFAULT, Terms(budget=50_000, rates=1), ("train.epochs=3",))  # five minutes on two ordinary cores
FULL = Program(  # about twenty
    ("bag", "ngram", "tcn", "residual", "wavenet", "gru", "bilstm", "hybrid", "attention"),
    Terms(),
    ("train.epochs=5", "embed.dropout=0.1"),  # the dropout: better on dev than none, for ngram
)


def demo(
    out: Source, *, full: bool = False, force: bool = False, quiet: bool = False, device: str = "auto"
) -> dict[str, Any]:
    """Write the `languages` data, race encoders on it with 3 seeds, keep the best, and ask it some sentences.

    out: a folder for `data/`, what `atrous.compare` leaves and the best model, `best/`.
    full: nine encoders of 100,000 parameters and a search of the learning rate, instead of five of 50,000 without.

    Returns the results as `atrous.compare` does, with "answers" to the sentences and "seconds" of it all.
    Raises MissingExtra if Django, whose catalogues hold the texts, is not installed.
    """
    started = time.perf_counter()
    program = FULL if full else SHORT
    with new_folder(out, force=force, marks=[RESULTS]) as folder:
        data = example_data("languages", folder / "data")
        train, dev, test = (data / name for name in SPLITS)
        asked = Asked(train, dev, test, text="text", label="label", set=program.set)
        settings = entrants(asked, program.encode)
        corpus = asked.corpus(settings[0], quiet=quiet)
        if not quiet:
            parts = f"{len(corpus.train):,} train, {len(corpus.dev):,} dev, {len(corpus.test):,} test"
            print(f"{len(corpus.labels)} languages, messages of Django's catalogues: {parts}", file=sys.stderr)
        words = commands(f"atrous demo{' --full' * full}", settings[0], out, data=f"{out}/data/{SPLITS[2]}")
        files = {Path(name).stem: f"data/{name}" for name in SPLITS}
        work = folder / "work"
        work.mkdir()
        results = race(
            corpus, settings, program.terms, folder=work, device=device, quiet=quiet, commands=words, files=files
        )
        leave(results, work, folder)
        shutil.rmtree(work)
        if (folder / BEST).is_dir():
            answers = load_bundle(folder / BEST).predict(SENTENCES)
            results["answers"] = [
                {"text": text, "label": answer.label, "probability": answer.probability}
                for text, answer in zip(SENTENCES, answers, strict=True)
            ]
        results["seconds"] = round(time.perf_counter() - started, 1)
        keep(results, folder, quiet=quiet)
    return results


def shown(results: dict[str, Any], out: Source) -> str:
    """The table, what the best model says of the sentences, and where it is."""
    lines = [table(results), ""]
    if "answers" in results:
        lines.append(f"What {results['best']['name']} says of sentences it never saw:")
        lines += [f"  {one['label']:<8} {one['probability']:.3f}  {one['text']}" for one in results["answers"]]
        results_are = f"the results are in {Path(out) / RESULTS}, and as a page in {Path(out) / REPORT}"
        lines += ["", f"The model is in {Path(out) / BEST}; {results_are}. Try:"]
        lines.append(f"  echo 'Wo ist der Bahnhof?' | atrous predict {Path(out) / BEST}")
    return "\n".join(lines)
