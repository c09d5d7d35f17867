"""Law 6: an export gives the same numbers, at two batch sizes and three lengths, whole and streamed, in onnxruntime."""

import itertools

import numpy as np
import onnxruntime
import pytest
import torch

from atrous.exporting import program
from tests.laws.table import MODELS, NOT_STREAMABLE, is_tagger, make_model
from tests.laws.test_models import answers, draw_batch

QUICK = ["attention, max", "bag, mean", "lstm, last"]
# Every pool behind one encoder, and taggers that no other test exports: one that sees whole rows, one with a memory,
# one that restores a rate. Every encoder is exported, and held to more than this, by tests/exporting/test_verifying.py.
SLOW = [name for name in sorted(MODELS) if name.startswith("tcn, ") and not is_tagger(name)]
SLOW += [name for name in sorted(MODELS) if is_tagger(name) and name.startswith(("bilstm", "lstm", "unet"))]
EVERY = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
TOLERANCE = 1e-4


def close(found, wanted, what):
    wanted = wanted.numpy()
    assert found.shape == wanted.shape, what
    worst = np.abs(found - wanted).max()
    assert worst <= TOLERANCE * max(1.0, np.abs(wanted).max()), f"{what}: off by {worst}"


def session(graph, path):
    program.save(graph, path)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def model_and_example(name):
    """Single precision, as exports are: onnxruntime has no convolution in double."""
    model = make_model(name, bigrams=20).float()
    return model, draw_batch([9, -(-12 // model.grain) * model.grain])


@torch.no_grad()
def exports_whole(model, example, path):
    run = session(program.whole(model, example), path)
    for lengths in ([1], [7], [23], [1, 1, 0], [7, 2, 5], [23, 0, 64]):
        batch = draw_batch(lengths, seed=len(lengths))
        inputs = {name: part.numpy() for name, part in {**batch.fields, "lengths": batch.lengths}.items()}
        logits = run.run(["logits"], inputs)[0]
        close(logits[batch.mask.numpy()] if model.tags else logits, answers(model, batch), f"lengths {lengths}")


@torch.no_grad()
def exports_streamed(model, example, path):
    graph, start = program.stream(model, example)
    run = session(graph, path)
    for rows, length in itertools.product((1, 3), (1, 7, 23)):
        batch = draw_batch([length] * rows, beyond=model.flush + 8 * model.grain)
        state = {name: np.repeat(row.numpy(), rows, 0) for name, row in start.items()}
        at, got = 0, [[] for _ in range(rows)]
        for grains in itertools.cycle((1, 3, 2)):
            now = slice(at, at + grains * model.grain)
            chunk = {name: part[:, now].numpy() for name, part in batch.fields.items()}
            logits, *later = run.run(None, {**chunk, "mask": batch.mask[:, now].numpy(), **state})
            if model.tags:
                decided, *later = later
                got = [[*parts, logits[row][decided[row]]] for row, parts in enumerate(got)]
            state, at = dict(zip(state, later, strict=True)), now.stop
            if at >= length + model.flush:
                break
        found = np.concatenate([part for parts in got for part in parts]) if model.tags else logits
        close(found, answers(model, batch), f"{rows} rows of {length}")


@pytest.mark.parametrize("name", EVERY)
def test_an_export_answers_whole_rows_as_its_model_does(name, tmp_path):
    exports_whole(*model_and_example(name), tmp_path / "model.onnx")


@pytest.mark.parametrize("name", EVERY)
def test_an_export_answers_streamed_rows_as_its_model_does(name, tmp_path):
    if f"encoder {MODELS[name][0]}" in NOT_STREAMABLE:
        pytest.skip("does not stream: fixed by the list of refusals")
    exports_streamed(*model_and_example(name), tmp_path / "stream.onnx")


class OtherWeights(torch.nn.Module):
    """A model that has learnt on since its graph was written."""

    def __init__(self, model):
        super().__init__()
        self.model, self.tags = model, model.tags

    def forward(self, batch):
        return self.model(batch) + 0.01


def test_the_law_catches_a_graph_of_other_weights(tmp_path, monkeypatch):
    model, example = model_and_example("bag, mean")
    whole = program.whole
    monkeypatch.setattr(program, "whole", lambda changed, example: whole(changed.model, example))
    with pytest.raises(AssertionError, match=r"lengths \[1\]: off by 0\.0"):
        exports_whole(OtherWeights(model), example, tmp_path / "model.onnx")
