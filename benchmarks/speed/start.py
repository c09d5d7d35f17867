"""How long it takes from nothing to something said, beside the import of torch: in turn, each a fresh process.

    python benchmarks/speed/start.py
    python benchmarks/speed/start.py --write               the table alone, out of what is kept

Measured are `atrous --help`, and an export that answers its first text, `echo 'a text' | python run.py`, of an n-gram
classifier, a `tcn` and a tagger, small ones that the script trains; each export also as it is after a copy, when Python
has compiled nothing of it yet. A round runs every command once; a ratio is of one round, to `import torch` in it.
The first round does not count. Kept in benchmarks/results/speed-start.json.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from _shared import Table, main, ratios, spread, tell

TABLE = Table(__file__)
ROUNDS = 15
TORCH = "import torch"
TEXTS = [{"text": f"{word} {word} film", "label": label} for label, word in (("pos", "good"), ("neg", "bad"))] * 30
TAGGED = [{"tokens": ["Ann", "sees", "Rome"], "tags": ["B-PER", "O", "B-LOC"]}] * 60
MODELS = {
    "ngram": (TEXTS, {"encode": "ngram"}),
    "tcn": (TEXTS, {"encode": "tcn"}),
    "tagger (idcnn)": (TAGGED, {"encode": "idcnn", "task": "tag"}),
}


def run(*command: str) -> None:
    # What Python compiles it is to keep, as it does for a user.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        [sys.executable, *command], check=True, input=b"a text\n", stdout=subprocess.DEVNULL, env=environment
    )


def exports(folder: Path) -> dict[str, Path]:
    """An export of every model."""
    import atrous

    found = {}
    for name, (rows, asked) in MODELS.items():
        tell(f"{name}: training and exporting")
        found[name] = folder / name.partition(" ")[0]
        bundle = atrous.train(rows, dev=rows, test=rows, set=["train.epochs=1"], quiet=True, **asked)
        atrous.export(bundle, found[name])
    return found


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def first_of_all(export: Path) -> None:
    """Leave nothing that Python has compiled of an export."""
    for cache in export.rglob("__pycache__"):
        shutil.rmtree(cache)


def measure(rounds: int) -> dict:
    """Every command, every round."""
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, list[float]] = {}
        made = exports(Path(folder))
        for turn in range(rounds + 1):
            times = {
                TORCH: seconds(lambda: run("-c", "import torch")),
                "atrous --help": seconds(lambda: run("-m", "atrous", "--help")),
            }
            for name, export in made.items():
                first_of_all(export)
                program = str(export / "run.py")
                times[f"{name}, run for the first time"] = seconds(lambda program=program: run(program))
                times[name] = seconds(lambda program=program: run(program))
            if turn:
                for name, one in times.items():
                    found.setdefault(name, []).append(one)
            tell(f"round {turn} of {rounds}")
    return {"rounds": rounds, "cores": os.cpu_count(), "seconds": found}


def markdown(results: dict) -> str:
    """The table."""
    found = results["seconds"]
    lines = [
        f"{results['rounds']} rounds. Exports run on onnxruntime.",
        "",
        f"| fresh process | seconds | of `{TORCH}` |",
        "| --- | ---: | ---: |",
        f"| `{TORCH}` | {spread(found[TORCH])} | |",
    ]
    for name, times in found.items():
        if name != TORCH:
            shown = f"`{name}`" if name == "atrous --help" else f"export of {name}"
            parts = [1 / ratio for ratio in ratios(times, found[TORCH])]
            lines.append(f"| {shown} | {spread(times)} | {spread(parts)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(TABLE, __doc__, measure, markdown, rounds=ROUNDS)
