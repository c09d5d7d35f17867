"""A stream's next step: `tcn` against pytorch-tcn, and nn.LSTM beside them, in eager torch on one thread.

    pip install pytorch-tcn==1.2.3
    python benchmarks/speed/stream.py
    python benchmarks/speed/stream.py --write               the tables alone, out of what is kept

One network, with the same weights in both libraries: eight levels of two convolutions of kernel 3, 128 channels, weight
norm. A call reads the next 1 or 16 steps of 1 or 16 rows, at evaluation, in inference mode:

- atrous: `atrous.stepping.step`, which `Model.step` and a `Session` call; and the layer's own `step`, its definition;
- pytorch-tcn: `inference`, its weight norm removed (and as it is made). It refuses more than one row: so 16 rows are 16
  streams in turn, their buffers put into its layers before each call; or are read together with that check lifted;
- nn.LSTM with as many parameters; and nn.LSTMCell for single steps;
- a whole classifier of bytes around the same encoder (embedding, maximum, linear layer): `Model.step`, and
  `Session.push_ids` with its answers.

First every way must give what it gives for the whole sequence at once, and both libraries the same. A round then times
a few calls of every way, in turn, in one process; a ratio is of one round. The first round does not count.
Kept in benchmarks/results/speed-stream.json.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from _shared import Table, main, ratios, spread, tell
from torch import Tensor, nn
from torch.nn.utils import parametrize

import atrous
from atrous.bundle import Bundle
from atrous.config import load
from atrous.contract import Batch, Layer
from atrous.encode import tcn
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.stepping import step

TABLE = Table(__file__)
CHANNELS, LEVELS, KERNEL = 128, 8, 3
ROUNDS, CALLS = 15, {1: 40, 16: 10}  # calls by rows
RACES = [(rows, chunk) for chunk in (1, 16) for rows in (1, 16)]
CHECKED = 96  # steps on which every way must agree with itself
TOLERANCE = 1e-4
Way = Callable[[Tensor], Tensor]


class Ours:
    """The steps of a layer; `read` is how one is made."""

    def __init__(self, layer: Layer, rows: int, read: Callable[..., Any]) -> None:
        self.layer, self.read, self.state = layer, read, layer.start(rows)

    def __call__(self, x: Tensor) -> Tensor:
        mask = torch.ones(x.shape[:2], dtype=torch.bool)
        y, _, self.state = self.read(self.layer, x, mask, self.state)
        return y


class Theirs:
    """pytorch-tcn's streaming, of one row, or of more with its check lifted."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network
        self.pads = [part for part in network.modules() if type(part).__name__ == "TemporalPad1d"]
        self.buffers = [torch.zeros(1, CHANNELS, pad.pad_len) for pad in self.pads]

    def __call__(self, x: Tensor) -> Tensor:
        for pad, buffer in zip(self.pads, self.buffers, strict=True):
            pad.buffer = buffer
        y: Tensor = self.network.inference(x)
        self.buffers = [pad.buffer for pad in self.pads]
        return y


class InTurn:
    """As many streams as there are rows, one after the other."""

    def __init__(self, network: nn.Module, rows: int) -> None:
        self.streams = [Theirs(network) for _ in range(rows)]

    def __call__(self, x: Tensor) -> Tensor:
        return torch.cat([stream(row) for stream, row in zip(self.streams, x.split(1), strict=True)])


class Together(Theirs):
    """All rows at once: what its padding does, without the check."""

    def __init__(self, network: nn.Module, rows: int) -> None:
        super().__init__(network)
        self.buffers = [torch.zeros(rows, CHANNELS, pad.pad_len) for pad in self.pads]
        for pad in self.pads:
            pad.pad_inference = lambda x, buffer_io=None, pad=pad: lifted(pad, x)


def lifted(pad: Any, x: Tensor) -> Tensor:
    whole = torch.cat((pad.buffer, x), -1)
    pad.buffer = whole[..., -pad.pad_len :]
    return whole


class Recurrent:
    """nn.LSTM, whose state goes from call to call."""

    def __init__(self, lstm: nn.LSTM) -> None:
        self.lstm, self.state = lstm, None

    def __call__(self, x: Tensor) -> Tensor:
        y, self.state = self.lstm(x, self.state)
        return y


class Cell:
    """nn.LSTMCell with an LSTM's weights, for single steps."""

    def __init__(self, lstm: nn.LSTM) -> None:
        self.cell, self.state = nn.LSTMCell(lstm.input_size, lstm.hidden_size), None
        self.cell.load_state_dict({name.removesuffix("_l0"): part for name, part in lstm.state_dict().items()})

    def __call__(self, x: Tensor) -> Tensor:
        self.state = self.cell(x[:, 0], self.state)
        return self.state[0][:, None]


def peer(encoder: nn.Module, *, normed: bool) -> nn.Module:
    """pytorch-tcn's network with the weights of ours."""
    from pytorch_tcn import TCN

    made = TCN(
        CHANNELS, [CHANNELS] * LEVELS, kernel_size=KERNEL, causal=True, use_norm="weight_norm", input_shape="NLC"
    )
    names = ("parametrizations.weight.original0", "parametrizations.weight.original1", "bias")
    convs = [part for part in made.modules() if hasattr(part, "padder")]
    own = [part for part in encoder.modules() if hasattr(part, "taps")]
    with torch.no_grad():
        for theirs, ours in zip(convs, own, strict=True):
            for name in names:
                theirs.get_parameter(name).copy_(ours.get_parameter(name))
            if not normed:
                parametrize.remove_parametrizations(theirs, "weight")
    return made.eval()


def equal_lstm(parameters: int) -> nn.LSTM:
    """One layer with about so many parameters."""
    sizes = {units: 4 * units * (CHANNELS + units + 2) for units in range(8, 1025, 4)}
    units = min(sizes, key=lambda units: abs(sizes[units] - parameters))
    return nn.LSTM(CHANNELS, units, batch_first=True).eval()


def ways(rows: int, chunk: int) -> tuple[dict[str, Way], dict[str, Callable[[Tensor], Tensor]]]:
    """How a stream is read, fresh, and the whole sequence at once, by the same names."""
    encoder = network()
    plain, normed = peer(encoder, normed=False), peer(encoder, normed=True)
    lstm = equal_lstm(encoder.cost.parameters)
    found: dict[str, tuple[Way, Callable[[Tensor], Tensor]]] = {
        "atrous": (Ours(encoder, rows, step), encoder),
        "atrous, the definition": (Ours(encoder, rows, by_itself), encoder),
        "pytorch-tcn": (InTurn(plain, rows), plain),
        "pytorch-tcn, weight norm kept": (InTurn(normed, rows), normed),
        "nn.LSTM": (Recurrent(lstm), lambda x: lstm(x)[0]),
    }
    if chunk == 1:
        found["nn.LSTMCell"] = (Cell(lstm), lambda x: lstm(x)[0])
    if rows > 1:
        together = peer(encoder, normed=False)
        found["pytorch-tcn, check lifted"] = (Together(together, rows), together)
    return {name: way for name, (way, _) in found.items()}, {name: whole for name, (_, whole) in found.items()}


@torch.inference_mode(False)  # of weights made in inference mode nobody can tell whether they have changed
def network() -> Layer:
    torch.manual_seed(0)
    return tcn(CHANNELS, channels=CHANNELS, depth=LEVELS, kernel=KERNEL).eval()


def by_itself(layer: Layer, *given: Any) -> Any:
    """The definition."""
    return layer.step(*given)


@torch.inference_mode(False)
def classifier() -> Bundle:
    """A classifier of bytes around such an encoder."""
    torch.manual_seed(0)
    encode = {"name": "tcn", "channels": CHANNELS, "depth": LEVELS, "kernel": KERNEL}
    settings = load(encode=encode, embed={"channels": CHANNELS})
    bundle = Bundle.fresh(settings, Reader(Tokeniser("bytes", False, ())), ("no", "yes"))
    bundle.model.eval()
    return bundle


def models(rows: int, chunk: int) -> dict[str, Callable[[Tensor], Any]]:
    """How a classifier reads more ids; what is given back is its logits, or its answers."""
    bundle = classifier()
    model, session = bundle.model, atrous.Session(bundle)
    state = [model.start(rows)]

    def steps(ids: Tensor) -> Tensor:
        batch = Batch(ids, torch.full((rows,), chunk))
        logits, state[0] = model.step(batch, torch.ones(ids.shape, dtype=torch.bool), state[0])
        return logits

    return {
        "Model.step": steps,
        "Session.push_ids": lambda ids: session.push_ids(dict(enumerate(ids.tolist()))),
    }


def check(rows: int, chunk: int) -> dict[str, float]:
    """The largest difference of what each way streams to what it says of the whole; and of pytorch-tcn's to ours."""
    stream, whole = ways(rows, chunk)
    x, off = torch.randn(rows, CHECKED, CHANNELS), {}
    ours = whole["atrous"](x)
    for name, way in stream.items():
        y = torch.cat([way(part) for part in x.split(chunk, 1)], 1)
        other = ours if "tcn" in name else whole[name](x)
        off[name] = (y - other).abs().max().item() / max(1.0, other.abs().max().item())
    bundle = classifier()
    ids = torch.randint(2, 200, (rows, CHECKED))
    logits = bundle.model(Batch(ids, torch.full((rows,), CHECKED)))
    answers = bundle.readable(logits.numpy())
    for name, read in models(rows, chunk).items():
        said = [read(part) for part in ids.split(chunk, 1)][-1]
        if isinstance(said, Tensor):
            off[name] = (said - logits).abs().max().item() / max(1.0, logits.abs().max().item())
        else:
            off[name] = max(abs(said[row].probability - one.probability) for row, one in enumerate(answers))
    if wrong := {name: size for name, size in off.items() if size > TOLERANCE}:
        raise SystemExit(f"{rows} rows, {chunk} steps: a stream is not its whole sequence: {wrong}")
    return off


def timed(way: Callable[[Tensor], Any], parts: list[Tensor]) -> float:
    began = time.perf_counter()
    for part in parts:
        way(part)
    return (time.perf_counter() - began) / len(parts)


@torch.inference_mode()
def measure(rounds: int) -> dict:
    """Every race, every way, every round."""
    torch.set_num_threads(1)
    races = []
    for rows, chunk in RACES:
        off = check(rows, chunk)
        everything = {**ways(rows, chunk)[0], **models(rows, chunk)}
        seconds: dict[str, list[float]] = {way: [] for way in everything}
        for turn in range(rounds + 1):
            for name, way in everything.items():
                ids = name in ("Model.step", "Session.push_ids")
                shape = (rows, chunk) if ids else (rows, chunk, CHANNELS)
                parts = [torch.randint(2, 200, shape) if ids else torch.randn(shape) for _ in range(CALLS[rows])]
                spent = timed(way, parts)
                if turn:
                    seconds[name].append(round(spent, 8))
        races.append({"rows": rows, "chunk": chunk, "off": off, "seconds": seconds})
        tell(f"{rows} rows, {chunk} steps a call: done")
    size = network().cost.parameters
    lstm = sum(parameter.numel() for parameter in equal_lstm(size).parameters())
    return {"rounds": rounds, "parameters": {"tcn": size, "lstm": lstm}, "races": races}


def markdown(results: dict) -> str:
    """One table for each race."""
    sizes = results["parameters"]
    parts = [
        f"{sizes['tcn']:,} parameters, nn.LSTM {sizes['lstm']:,}; {results['rounds']} rounds. The last column says how "
        "many times as long as atrous a call takes."
    ]
    for race in results["races"]:
        rows, chunk, seconds = race["rows"], race["chunk"], race["seconds"]
        lines = [
            f"{rows} row{'s' * (rows > 1)}, {chunk} step{'s' * (chunk > 1)} a call:",
            "",
            "| way | microseconds a call | steps a second | to atrous |",
            "| --- | ---: | ---: | ---: |",
        ]
        for way, times in seconds.items():
            lines.append(
                f"| {way} | {median(times) * 1e6:,.0f} | {rows * chunk / median(times):,.0f} | "
                f"{spread(ratios(seconds['atrous'], times))} |"
            )
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


if __name__ == "__main__":
    main(TABLE, __doc__, measure, markdown, rounds=ROUNDS)
