"""Models whose answers are computed by code that torch's compiler generates for them, once, weights frozen into it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from atrous.answering.compiler import need_compiler
from atrous.answering.tabled import weights_of
from atrous.contract import Batch
from atrous.errors import ConfigError
from atrous.layers import GRU, LSTM, RNN, MultiplicativeLSTM
from atrous.model import Model
from atrous.runtime.failures import refusal

Run = Callable[[Batch], Tensor]  # a batch whose tensors lie in one piece
_TIME = 12  # steps to trace with, or a few more: of which size plays no part


class Compiled:
    """One model's reading of whole rows, compiled when the first batch comes, and again when a weight has changed.

    A model without recurrent layers is traced once for any number of rows of any length, and built ahead of all
    batches (AOTInductor). LSTM and GRU, which torch computes in a kernel of their own, are compiled by `torch.compile`,
    once for a single row and once for several. Either way no more is compiled however many shapes come.

    Raises ConfigError for a model that is not on the processor, and for other recurrent layers, which are a loop in
    Python; MissingExtra without a C++ compiler.
    """

    def __init__(self, model: Model) -> None:
        if any(isinstance(part, RNN | MultiplicativeLSTM) for part in model.modules()):
            raise ConfigError(
                "rnn and mlstm compute step by step in Python, which torch cannot compile for rows of any length; "
                "leave --compile out"
            )
        if next(model.parameters()).device.type != "cpu":
            raise ConfigError("a model is compiled for the processor; leave --compile out, or use --device cpu")
        need_compiler()
        self._weights: list[tuple[int, int]] | None = None
        self._run: Run | None = None

    def __call__(self, model: Model, batch: Batch) -> Tensor:
        """What `model(batch)` gives, at evaluation."""
        weights = [*weights_of(model)]
        if self._run is None or weights != self._weights:
            self._run, self._weights = _compiled(model, batch), weights
        return self._run(batch.map(Tensor.contiguous))


_ASKED: WeakKeyDictionary[Model, Compiled] = WeakKeyDictionary()


def set_compiled(model: Model, compiled: bool) -> None:
    """Whether the model's answers are to be computed by compiled code from now on. Raises as `Compiled` does."""
    if not compiled:
        _ASKED.pop(model, None)
    elif model not in _ASKED:
        _ASKED[model] = Compiled(model)


def compiled_of(model: Model) -> Compiled | None:
    """What reads whole rows of a model that is to be compiled; None for any other."""
    return _ASKED.get(model)


def _compiled(model: Model, batch: Batch) -> Run:
    try:
        if any(isinstance(part, LSTM | GRU) for part in model.modules()):
            return _just_in_time(model, batch)
        with torch.inference_mode(False), torch.no_grad():
            return _ahead(model, _example(model, batch))
    except Exception as error:  # of classes that are torch's own
        if refusal(error):
            raise
        said = (str(error).splitlines() or [""])[0][:200]
        raise ConfigError(f"this model cannot be compiled ({said}); leave --compile out") from error


class Whole(nn.Module):
    """A model to be traced: named tensors in, logits out."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: dict[str, Tensor]) -> Tensor:
        return self.model(batch_of(inputs))


def batch_of(inputs: dict[str, Tensor]) -> Batch:
    """The batch of these fields and lengths, by name."""
    return Batch(inputs.get("ids"), **{name: part for name, part in inputs.items() if name != "ids"})


def _named(batch: Batch) -> dict[str, Tensor]:
    return {**batch.fields, "lengths": batch.lengths}


def _example(model: Model, batch: Batch) -> Batch:
    """Two rows of at least so many steps as are traced with, of the kind of that batch."""
    time = -(-_TIME // model.grain) * model.grain
    rows = batch.map(lambda part: part[[0, 0]].clone())
    fields = {
        name: torch.cat([part, part.new_zeros(2, time, *part.shape[2:])], 1)[:, :time].contiguous()
        for name, part in rows.fields.items()
    }
    return rows._replace(lengths=rows.lengths.clamp(max=time), **fields)


def _ahead(model: Model, example: Batch) -> Run:
    from torch.export import Dim  # which takes a while to import

    inputs = _named(example)
    axes = {name: dict.fromkeys(range(min(part.dim(), 2)), Dim.DYNAMIC) for name, part in inputs.items()}
    program = torch.export.export(
        Whole(model), (inputs,), dynamic_shapes=(axes,), prefer_deferred_runtime_asserts_over_guards=True
    )
    options = {"freezing": True, "cpp.dynamic_threads": True}
    with tempfile.TemporaryDirectory() as folder:
        path = torch._inductor.aoti_compile_and_package(
            program, package_path=str(Path(folder) / "model.pt2"), inductor_configs=options
        )
        built: Any = torch._inductor.aoti_load_package(path)
    return lambda batch: built(_named(batch))


def _just_in_time(model: Model, batch: Batch) -> Run:
    built = torch.compile(Whole(model), dynamic=True, options={"freezing": True, "cpp.dynamic_threads": True})

    def run(batch: Batch) -> Tensor:
        inputs, single = _named(batch), batch.time == 1
        if single:  # one step would be a case of its own
            inputs |= {name: torch.cat([part, torch.zeros_like(part)], 1) for name, part in batch.fields.items()}
        found: Tensor = built(inputs)
        return found[:, :1] if single and model.tags else found

    run(batch)  # compiles
    return run
