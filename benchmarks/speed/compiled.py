"""What compiling a model gains: texts in, labels out, `Bundle.compiled` against the same model as it is, on one thread.

    python benchmarks/speed/compiled.py
    python benchmarks/speed/compiled.py --write            the table alone, out of what is kept

`tcn` and `lstm` label texts of 4 to 60 words, `idcnn` and `bilstm` tag them, each at its preset and with the weights
that it begins with. A round times a model as it is and compiled, in turn, in one process: 512 texts together, and 64
texts one by one. A ratio is of one round; the first does not count. How long compiling takes is the first answer, less
another, where nothing was compiled before. Kept in benchmarks/results/speed-compiled.json.
"""

from __future__ import annotations

import os
import tempfile
import time
from random import Random
from typing import Any

import torch
from _shared import Table, main, ratios, spread, tell

import atrous
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

TABLE = Table(__file__)
ROUNDS, TOGETHER, ALONE = 7, 512, 64
MODELS = {"tcn": None, "lstm": None, "idcnn": "tag", "bilstm": "tag"}
WORDS = tuple(f"word{number}" for number in range(2000))


def texts(count: int) -> list[str]:
    draw = Random(0)
    return [" ".join(draw.choices(WORDS, k=draw.randint(4, 60))) for _ in range(count)]


def bundle(name: str, task: str | None) -> Any:
    """A model that has learnt nothing."""
    torch.manual_seed(0)
    asked = load(encode=name, **({"task": task} if task else {}))
    labels = ("O", *(f"{part}-{kind}" for kind in ("LOC", "ORG", "PER") for part in "BI"))
    reader = Reader(Tokeniser("words", True, WORDS), rule="fine" if task else None)
    return atrous.Bundle.fresh(asked, reader, labels if task else ("neg", "pos"))


def seconds(made: Any, groups: list[list[str]]) -> float:
    began = time.perf_counter()
    for group in groups:
        made.predict(group)
    return time.perf_counter() - began


def measure(rounds: int) -> dict:
    """Every model, every round."""
    torch.set_num_threads(1)
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = tempfile.mkdtemp(prefix="atrous-speed-")  # nothing is built before
    found: dict[str, Any] = {}
    many, few = texts(TOGETHER), [[text] for text in texts(ALONE)]
    for name, task in MODELS.items():
        plain, compiled = bundle(name, task), bundle(name, task)
        compiled.compiled = True
        tell(f"{name}: compiling")
        first = seconds(compiled, [many])
        single = seconds(compiled, few[:1])
        own: dict[str, Any] = {
            "compiling": first - seconds(compiled, [many]) + max(0.0, single - seconds(compiled, few[:1])),
            "together": {"plain": [], "compiled": []}, "alone": {"plain": [], "compiled": []},
        }  # fmt: skip
        for turn in range(rounds + 1):
            for kind, groups in (("together", [many]), ("alone", few)):
                for way, made in (("plain", plain), ("compiled", compiled)):
                    took = seconds(made, groups)
                    if turn:
                        own[kind][way].append(took)
            tell(f"{name}: round {turn} of {rounds}")
        found[name] = own
    return {"rounds": rounds, "together": TOGETHER, "alone": ALONE, "models": found}


def markdown(results: dict) -> str:
    """The table."""
    lines = [
        f"One thread, {results['rounds']} rounds; texts a second. The ratio is that of a round, compiled to plain.",
        "",
        "| model | compiling | together, plain | compiled | ratio | one by one, plain | compiled | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, own in results["models"].items():
        cells = [f"{own['compiling']:.0f} s"]
        for kind in ("together", "alone"):
            plain, compiled = own[kind]["plain"], own[kind]["compiled"]
            cells += [f"{sorted(results[kind] / one for one in way)[len(way) // 2]:,.0f}" for way in (plain, compiled)]
            cells.append(spread(ratios(compiled, plain)))
        lines.append(f"| `{name}`{', tagger' * bool(MODELS[name])} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(TABLE, __doc__, measure, markdown, rounds=ROUNDS)
