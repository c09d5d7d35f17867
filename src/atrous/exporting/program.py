"""A model as ONNX graphs for any batch and any length: one reads whole rows, the other continues them by a chunk."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.onnx import OnnxExporterError, ONNXProgram

from atrous.answering.compiled import Whole, batch_of
from atrous.contract import Batch, State, map_state
from atrous.errors import NotExportable
from atrous.model import Model
from atrous.runtime.graph import DECIDED, LENGTHS, LOGITS, MASK, later, state_names

Named = dict[str, Tensor]


def whole(model: Model, example: Batch) -> ONNXProgram:
    """The graph from the batch's own names to the logits: ids (batch, time) and lengths (batch,) -> (batch, labels).

    Of a tagger -> (batch, time, labels).

    model: at evaluation, on the CPU. example: two rows of two steps or more; the graph takes any number of either.

    Raises NotExportable if torch cannot trace the model.
    """
    inputs = {**example.fields, LENGTHS: example.lengths}
    axes = {"inputs": {name: _axes(part) for name, part in inputs.items()}}
    return _traced(Whole(model), {"inputs": inputs}, axes, names=([*inputs], [LOGITS]))


def stream(model: Model, example: Batch) -> tuple[ONNXProgram, Named]:
    """The graph of `Model.step`, and one row of the state before the first step, by name.

    ids (batch, time), mask (batch, time) and every state -> logits (batch, labels) and every state after the chunk.
    Of a tagger -> logits (batch, time, labels) of the steps that the chunk decides, "decided" (batch, time), which of
    them these are, and the states.
    Tensors of a state that hold no number (what a kernel of 1 remembers) are left out.

    example: as for `whole`; its time is a multiple of the model's grain.

    Raises NotExportable if torch cannot trace the model, and NotStreamable if it must see whole rows.
    """
    step = _Step(model, model.start(2))
    model.step(example, example.mask, model.start(2))  # what does not stream says so itself, in its own words
    inputs, state = example.fields, _named(step.leaves(step.state))
    arguments = {"inputs": inputs, "mask": example.mask, "leaves": list(state.values())}
    axes = {
        "inputs": {name: _axes(part) for name, part in inputs.items()},
        "mask": _axes(example.mask),
        "leaves": [{0: "batch"} for _ in state],
    }
    names = [*inputs, MASK, *state], [LOGITS, *[DECIDED] * model.tags, *map(later, state)]
    return _traced(step, arguments, axes, names=names), _named(step.leaves(step.of(model.start(1))))


def save(program: ONNXProgram, path: Path) -> None:
    """Write a graph without what torch notes about its source: the paths and lines of this machine."""
    import onnx_ir  # comes with onnxscript, which is optional

    graph = program.model.graph
    graph.metadata_props.clear()
    for node in onnx_ir.traversal.RecursiveGraphIterator(graph):
        node.metadata_props.clear()
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*graph.inputs, *graph.initializers.values()):
        value.metadata_props.clear()
    program.save(path)


class _Step(nn.Module):
    """Named tensors, mask and a flat state in, logits and the flat state after them out."""

    def __init__(self, model: Model, state: State) -> None:
        super().__init__()
        self.model = model
        self.state = self.of(state)

    def of(self, state: State) -> State:
        """What of the model's state the next chunk needs: what a tagger keeps of a chunk is no memory."""
        return state[:2] if self.model.tags else state

    @staticmethod
    def leaves(state: State) -> list[Tensor]:
        """The tensors of a state that hold a number, in order."""
        if isinstance(state, Tensor):
            return [state] if state.numel() else []
        return [leaf for part in state for leaf in _Step.leaves(part)]

    def forward(self, inputs: Named, mask: Tensor, leaves: Sequence[Tensor]) -> tuple[Tensor, ...]:
        given = iter(leaves)
        state = map_state(
            lambda leaf: next(given) if leaf.numel() else leaf.new_zeros(mask.shape[0], *leaf.shape[1:]), self.state
        )
        tags = self.model.tags
        state = (*state, self.model.attend.start(mask.shape[0])) if tags else state
        logits, state = self.model.step(batch_of({**inputs, LENGTHS: mask.sum(1)}), mask, state)
        decided = [state[-1][1]] if tags else []
        return logits, *decided, *self.leaves(self.of(state))


def _named(leaves: Sequence[Tensor]) -> Named:
    return dict(zip(state_names(len(leaves)), leaves, strict=True))


def _axes(part: Tensor) -> dict[int, str]:
    """The axes of an input that may have any size. Letters and features, which come after time, are the model's own."""
    return dict(enumerate(("batch", "time")[: part.dim()]))


def _traced(
    part: nn.Module, arguments: dict[str, Any], axes: dict[str, Any], *, names: tuple[list[str], list[str]]
) -> ONNXProgram:
    try:
        with torch.no_grad(), _quiet():
            program = torch.onnx.export(
                part, kwargs=arguments, dynamic_shapes=axes, dynamo=True, verbose=False,
                input_names=names[0], output_names=names[1],
            )  # fmt: skip
    except OnnxExporterError as error:
        why = error.__cause__ or error
        raise NotExportable(f"torch cannot trace the model ({type(why).__name__}: {why})") from error
    assert program is not None
    from atrous.exporting.folded import fold  # of onnx, which is optional

    fold(program.model.graph)
    return program


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep torch from telling about parts of its own that are not installed, and of names it would choose otherwise."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
