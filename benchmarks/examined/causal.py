"""Why causal convolutions: what sees ahead, what that does to a model that predicts, what an answer so far costs."""

import csv
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from atrous.bundle.trained import Bundle
from atrous.config import load
from atrous.contract import Batch, Layer
from atrous.data.batch import Examples
from atrous.data.packaged import example_data
from atrous.encode import ENCODERS
from atrous.model import Model
from atrous.probe import seen
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.training.run import train

from .measure import EMBEDDED, Answers, Scale, Task, search, sized

PARAMETERS = 16_000  # of the encoders that predict the next byte
LOOKED = ("tcn", "gated", "wavenet", "gru", "hybrid", "ngram", "residual", "deep", "bigru", "attention")
LATIN = ("cs", "da", "de", "es", "fi", "fr", "gl", "it", "pt_BR", "sk", "sv", "tr")
FIRST = 16  # bytes before the first that is predicted
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)  # of a text's tokens
SETTLED = ("tcn", "residual", "gru", "bilstm")
LENGTH = 200  # tokens of the text whose answers are counted


def ahead(scale: Scale) -> dict[str, Any]:
    """How many steps after its own an output sees, by the gradient; how late it streams."""
    found: dict[str, Any] = {"models": {}}
    for name in LOOKED[:: 4 if scale.tiny else 1]:
        torch.manual_seed(0)
        options = {"heads": 2, "channels": 8} if name == "attention" else {"channels": 8}
        layer = ENCODERS[name](8, **options)
        stride, steps = int(layer.window.stride), 200
        output = steps // 2 // stride
        places = seen(layer, steps=steps, output=output, samples=8)
        assert places is not None
        found["models"][name] = {
            "declared": layer.window.to_json()["right"], "measured": places[1] - output * stride, "steps": steps,
            "to_the_end": places[1] == steps - 1, "streams": layer.streams,
            "late": layer.delay * stride if layer.streams else None,
        }  # fmt: skip
    return found


def _bytes(folder: Path, split: str) -> torch.Tensor:
    """The texts of one split in Latin letters, one after the other, as ids of bytes."""
    with (folder / split).open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file) if row["label"] in LATIN]
    return torch.frombuffer(bytearray("\n".join(texts).encode()), dtype=torch.uint8).long() + 2


def leak(scale: Scale) -> dict[str, Any]:
    """Train to predict the next byte, with blocks that are causal and with the same blocks centred.

    Bits a byte as training sees it, the whole row before it; and honestly, each byte from those before it alone.
    """
    steps = 64 if not scale.tiny else 24
    with tempfile.TemporaryDirectory() as work:
        folder = example_data("languages", Path(work) / "data")
        learnt, judged = _bytes(folder, "train.csv"), _bytes(folder, "test.csv")

    def rows(stream: torch.Tensor) -> Callable[[int, torch.Generator], tuple[torch.Tensor, torch.Tensor]]:
        def draw(count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
            starts = torch.randint(0, len(stream) - steps - 1, (count, 1), generator=generator)
            whole = stream[starts + torch.arange(steps + 1)]
            return whole[:, :-1], whole[:, 1:].contiguous()

        return draw

    task = Task(258, 258, rows(learnt), rows(judged))
    test = task.judged(scale.rows // 4, torch.Generator().manual_seed(5))
    found: dict[str, Any] = {
        "parameters": PARAMETERS, "steps": steps, "run_steps": scale.steps, "bytes": len(learnt), "models": {},
    }  # fmt: skip
    for name in ("tcn", "residual"):

        def encoder(width: int, name: str = name) -> Layer:
            return ENCODERS[name](EMBEDDED, channels=width)

        width = sized(encoder, PARAMETERS)
        ends: list[tuple[float, float]] = []

        def keep(seed: int, model: Any, ends: list[tuple[float, float]] = ends) -> None:
            ends.append((_bits(model, *test, honest=False), _bits(model, *test, honest=True)))

        make = lambda encoder=encoder, width=width: Answers(task, encoder(width))  # noqa: E731
        result = search(f"{name}, next byte", make, task, rate=8e-3, scale=scale, keep=keep)
        layer = encoder(width)
        found["models"][name] = {
            **result, "encoder_parameters": layer.cost.parameters, "sees": str(layer.window),
            "bits_whole": [whole for whole, _ in ends], "bits_honest": [honest for _, honest in ends],
        }  # fmt: skip
    counts = torch.bincount(learnt, minlength=258) + 1.0
    found["bits_of_frequency"] = F.cross_entropy(counts.log()[None].expand(len(judged), -1), judged).item() / math.log(
        2
    )
    return found


@torch.no_grad()
def _bits(model: Answers, ids: torch.Tensor, targets: torch.Tensor, *, honest: bool) -> float:
    """Bits a byte, from the byte number `FIRST` on; honest: each asked with nothing after it there."""
    model.eval()
    places = range(FIRST, ids.shape[1])
    logits = model(ids)[:, FIRST:]
    if honest:
        logits = torch.stack([model(ids[:, : place + 1])[:, -1] for place in places], 1)
    model.train()
    return F.cross_entropy(logits.flatten(0, 1), targets[:, FIRST:].flatten()).item() / math.log(2)


@torch.no_grad()
def _so_far(model: Model, ids: torch.Tensor, *, wait: bool) -> int:
    """The answer after these tokens; -1 if nothing is decided yet. wait: with masked steps until all is decided."""
    batch = Batch(ids[None], torch.tensor([len(ids)]))
    if wait:
        return int(model(batch).argmax())
    if len(ids) <= model.delay:
        return -1
    return int(model.step(batch, batch.mask, model.start(1))[0].argmax())


def settled(scale: Scale) -> dict[str, Any]:
    """Which language? The share of test texts whose answer so far is the final one, and the share that is right."""
    epochs, few = (2, 400) if not scale.tiny else (1, 10)
    found: dict[str, Any] = {"epochs": epochs, "texts": few, "shares": list(SHARES), "models": {}}
    with tempfile.TemporaryDirectory() as work:
        folder = example_data("languages", Path(work) / "data")
        files = {name: folder / f"{name}.csv" for name in ("train", "dev", "test")}
        if scale.tiny:
            _shorten(files["train"], 40)
        for name in SETTLED[:1] if scale.tiny else SETTLED:
            entry: dict[str, Any] = {"accuracy": [], "runs": []}
            for seed in range(scale.seeds if not scale.tiny else 1):
                bundle = train(
                    files["train"], dev=files["dev"], test=files["test"], encode=name, seed=seed, text="text",
                    label="label", set=[f"train.epochs={epochs}"], device="cpu", quiet=True,
                )  # fmt: skip
                entry["accuracy"].append(bundle.scores["test"]["accuracy"])
                entry["runs"].append(_curves(bundle, files["test"], few))
                print(f"{name:<10} seed {seed}  {entry['accuracy'][-1]:.3f}  {entry['runs'][-1]}", flush=True)
            entry |= {"late": bundle.model.flush if bundle.model.streams else None, "sees": str(bundle.window)}
            for kind in entry["runs"][0]:
                columns = zip(*(run[kind] for run in entry["runs"]), strict=True)
                entry[kind] = [statistics.fmean(column) for column in columns]
            found["models"][name] = entry
    return found


def _shorten(path: Path, rows: int) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines[1 :: max(1, len(lines) // rows)]]), encoding="utf-8")


def _curves(bundle: Bundle, path: Path, few: int) -> dict[str, list[float]]:
    """At each share of the tokens: answers that are the final one and that are right, at once and after waiting."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    rows = rows[:: max(1, len(rows) // few)][:few]
    examples = Examples.of(bundle.reader, [text for text, _ in rows])
    model = bundle.model.eval()
    found: dict[str, list[float]] = {}
    ways = {"waited": True} | ({"at_once": False} if model.streams else {})
    for way, wait in ways.items():
        same, correct = [0] * len(SHARES), [0] * len(SHARES)
        for number, (_, label) in enumerate(rows):
            ids = examples.batch([number])[0].ids
            assert ids is not None
            ids = ids[0]
            final = _so_far(model, ids, wait=True)
            for place, share in enumerate(SHARES):
                answer = _so_far(model, ids[: math.ceil(share * len(ids))], wait=wait)
                same[place] += answer == final
                correct[place] += answer == bundle.labels.index(label)
        found[f"{way}_same"] = [count / len(rows) for count in same]
        found[f"{way}_right"] = [count / len(rows) for count in correct]
    return found


@torch.no_grad()
def cost(scale: Scale) -> dict[str, Any]:
    """An answer after every token of a text: operations, and milliseconds by reading on or by reading again."""
    length = LENGTH if not scale.tiny else 12
    found: dict[str, Any] = {"tokens": length, "models": {}}
    for name in (*SETTLED, "attention"):
        bundle = Bundle.fresh(load(encode=name), Reader(Tokeniser("bytes", False, ())), ("bad", "good"))
        model = bundle.model.eval()
        ids = torch.randint(2, 258, (length,), generator=torch.Generator().manual_seed(0))
        flops = model.encode.cost.flops
        step = flops(length) // length
        again = sum(flops(count) for count in range(1, length + 1))
        ways: dict[str, tuple[int, float]] = {"again": (again, _timed(lambda m=model, x=ids: _again(m, x)))}
        if model.streams:
            on = flops(length) if not model.flush else length * step * (1 + model.flush)
            ways["on"] = (on, _timed(lambda m=model, x=ids: _on(m, x)))
        found["models"][name] = {
            "once": flops(length), "late": model.flush if model.streams else None,
            **{way: {"flops": count, "milliseconds": round(spent, 2)} for way, (count, spent) in ways.items()},
        }  # fmt: skip
        print(name, found["models"][name], flush=True)
    return found


def _again(model: Model, ids: torch.Tensor) -> None:
    for count in range(1, len(ids) + 1):
        _so_far(model, ids[:count], wait=True)


def _on(model: Model, ids: torch.Tensor) -> None:
    """Read on token by token; what looks ahead is given masked steps after each, in a state that is thrown away."""
    state = model.start(1)
    one, flush = torch.ones(1, 1, dtype=torch.bool), torch.zeros(1, model.flush, dtype=torch.bool)
    empty = Batch(torch.zeros(1, model.flush, dtype=torch.long), torch.tensor([0]))
    for token in ids:
        _, state = model.step(Batch(token.view(1, 1), torch.tensor([1])), one, state)
        if model.flush:
            model.step(empty, flush, state)


def _timed(run: Callable[[], None]) -> float:
    """Milliseconds; the median of three."""
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        run()
        spent.append(1000 * (time.perf_counter() - started))
    return statistics.median(spent)


SECTIONS: dict[str, Callable[[Scale], dict[str, Any]]] = {
    "ahead": ahead,
    "leak": leak,
    "settled": settled,
    "cost": cost,
}
