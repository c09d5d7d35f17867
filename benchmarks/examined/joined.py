"""What is gained by joining CNN and RNN: quality where order over a distance counts, on reviews, and steps in a row."""

import csv
import json
import lzma
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from atrous.attend import POOLS
from atrous.comparing.race import compare
from atrous.comparing.speed import stepper
from atrous.config import PRESETS
from atrous.config.fields import Train
from atrous.contract import Batch, Layer
from atrous.embed import Tokens
from atrous.encode import ENCODERS
from atrous.model import Model
from atrous.predict import Classes

from .measure import EMBEDDED, Answers, Scale, ordered, search, sized

RIVALS = ("ngram", "tcn", "gru", "lstm", "hybrid")
PARAMETERS = 16_000  # of the encoders that look for the order of two patterns
BUDGET = 50_000  # of those that read reviews
TIMED, LENGTHS = 100_000, (32, 128, 512)  # parameters of those whose speed is measured; tokens
FILES = ("imdb/train.jsonl.xz", "imdb/test.jsonl.xz")
READS_DATA = ("reviews",)
OPTIONS: dict[str, dict[str, Any]] = {"tcn": {"depth": 5}}


def order(scale: Scale) -> dict[str, Any]:
    """Which of two patterns came first, 40 steps or more apart? Each pattern is local, their order is not."""
    steps, near = (96, 40) if not scale.tiny else (32, 8)
    task = ordered(steps=steps, near=near)
    found: dict[str, Any] = {
        "steps": steps, "near": near, "parameters": PARAMETERS, "chance": 1 / 2, "run_steps": scale.steps, "models": {},
    }  # fmt: skip
    for name in RIVALS if not scale.tiny else RIVALS[:2]:

        def encoder(width: int, name: str = name) -> Layer:
            return ENCODERS[name](EMBEDDED, channels=width, **OPTIONS.get(name, {}))

        width, preset = sized(encoder, PARAMETERS), PRESETS[name]
        make = lambda encoder=encoder, width=width, pool=preset.pool: Answers(task, encoder(width), pool)  # noqa: E731
        result = search(f"{name}, order", make, task, rate=preset.rate, scale=scale)
        layer = encoder(width)
        found["models"][name] = {
            **result, "encoder_parameters": layer.cost.parameters, "sees": str(layer.window), "pool": preset.pool,
        }  # fmt: skip
    return found


def reviews(scale: Scale, data: Path | None) -> dict[str, Any] | None:
    """Good or bad? `atrous compare` on a part of the IMDb reviews, their first 200 words; None where they are not."""
    if data is None or not all((data / name).is_file() for name in FILES):
        print("skipped: give the folder that holds imdb/train.jsonl.xz and imdb/test.jsonl.xz with --data", flush=True)
        return None
    rows, words, epochs = (1600, 200, 4) if not scale.tiny else (40, 20, 1)
    with tempfile.TemporaryDirectory() as work:
        train, test = Path(work) / "train.csv", Path(work) / "test.csv"
        _table(data / FILES[0], train, rows)
        _table(data / FILES[1], test, rows)
        results = compare(
            train, test=test, encode=RIVALS, budget=BUDGET, rates=min(3, scale.rates), seeds=scale.seeds, text="text",
            label="label", max_steps=words, device="cpu",
            set=["embed=words", "embed.lower=true", f"train.epochs={epochs}", "train.patience=2"],
        )  # fmt: skip
    kept = ("name", "scores", "mean", "sd", "failed_seeds", "encoder_parameters", "sees", "rate", "rates")
    speeds = ("train_steps_per_second", "texts_per_second", "milliseconds_alone")
    del results["data"]["files"]
    return {
        "words": words, "budget": BUDGET, "epochs": epochs, "data": results["data"], "machine": results["machine"],
        "models": [{name: model[name] for name in (*kept, *speeds)} for model in results["models"]],
        "differences": results["differences"], "baselines": results["baselines"], "verdict": results["verdict"],
    }  # fmt: skip


def _table(source: Path, out: Path, rows: int) -> None:
    """So many reviews, as many good ones as bad ones, spread over the file."""
    with lzma.open(source, "rt", encoding="utf-8") as lines, out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label"))
        for line in islice(lines, 0, None, 25_000 // rows):
            row = json.loads(line)
            writer.writerow((row["text"].replace("<br />", " "), row["label"]))


def speed(scale: Scale) -> dict[str, Any]:
    """Milliseconds of a training step of 16 rows, and of one row alone, by length; steps that must wait in a row."""
    lengths = LENGTHS if not scale.tiny else (8, 16)
    found: dict[str, Any] = {"parameters": TIMED, "rows": 16, "lengths": list(lengths), "models": {}}
    models: dict[str, Model] = {}
    for name in RIVALS if not scale.tiny else RIVALS[-2:]:

        def encoder(width: int, name: str = name) -> Layer:
            return ENCODERS[name](64, channels=width)

        layer = encoder(sized(encoder, TIMED))
        assert layer.outputs is not None
        models[name] = Model(
            Tokens(1000, 64), layer, POOLS[PRESETS[name].pool](layer.outputs), Classes(layer.outputs, 2)
        )
        each = {"gru": 1, "lstm": 1, "hybrid": 4}.get(name)
        found["models"][name] = {
            "encoder_parameters": layer.cost.parameters,
            "in_a_row": {str(length): 0 if each is None else -(-length // each) for length in lengths},
            "flops": {str(length): layer.cost.flops(length) for length in lengths},
            "train": {}, "alone": {},
        }  # fmt: skip
    for length in lengths:
        spent: dict[str, list[tuple[float, float]]] = {name: [] for name in models}
        for _ in range(9 if not scale.tiny else 1):  # in turn, so that a busy moment hits all of them
            for name, model in models.items():
                spent[name].append(_once(model, length))
        for name, pairs in spent.items():
            for place, kind in enumerate(("train", "alone")):
                found["models"][name][kind][str(length)] = round(statistics.median(pair[place] for pair in pairs), 2)
            print(f"{name:<8} {length:>4} tokens: {found['models'][name]['train'][str(length)]} ms a step", flush=True)
    return found


def _once(model: Model, length: int) -> tuple[float, float]:
    """Milliseconds of a training step and of an answer to one row; the first of each does not count."""
    ids = torch.randint(2, 1000, (16, length))
    many, one = Batch(ids, torch.full((16,), length)), Batch(ids[:1], torch.tensor([length]))
    targets = torch.randint(0, 2, (16,))
    step, _ = stepper(model.train(), Train())
    train = _timed(lambda: step(many, targets), 3)
    with torch.no_grad():
        model.eval()
        alone = _timed(lambda: model(one), 10)
    return train, alone


def _timed(run: Callable[[], object], calls: int) -> float:
    run()
    started = time.perf_counter()
    for _ in range(calls):
        run()
    return 1000 * (time.perf_counter() - started) / calls


SECTIONS: dict[str, Callable[..., dict[str, Any] | None]] = {"order": order, "speed": speed, "reviews": reviews}
