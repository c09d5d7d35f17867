import json

import numpy as np
import pytest
import torch

from atrous.context import RUNS
from atrous.context.runs import Run, counts_of, is_constant, read_runs, run
from atrous.context.terms import at, cheap
from atrous.data.asked import Asked
from atrous.errors import ConfigError
from atrous.training.tokens import tokenise

SET = ["embed=words", "embed.channels=8", "encode.channels=8", "train.epochs=2"]


def prepared(data, **options):
    asked = Asked(**data, set=SET, **options)
    chosen = cheap(asked)
    corpus = asked.corpus(chosen)
    return chosen, corpus, tokenise(corpus, chosen)


def test_a_run_is_kept_whole_and_read_again(rows, tmp_path):
    chosen, corpus, tokens = prepared(rows(1, 100))
    found = run(chosen, corpus, tokens, Run(3, 1), folder=tmp_path, device="cpu", watch=None)
    assert (found.window, found.seed, found.failure) == (3, 1, None)
    assert read_runs(tmp_path) == [found]
    counts = counts_of(found, tmp_path)
    assert counts.shape == (len(corpus.test),)
    assert counts.mean() == pytest.approx(found.test)
    assert not any((tmp_path / "work").iterdir())


def test_a_network_that_has_died_is_a_failure(rows, tmp_path, monkeypatch):
    chosen, corpus, tokens = prepared(rows(1, 100))
    monkeypatch.setattr("atrous.context.runs.logits", _dies_when_trained(at(chosen, 3, 0)))
    found = run(chosen, corpus, tokens, Run(3, 0), folder=tmp_path, device="cpu", watch=None)
    assert found.failure.startswith("a dead network: it gives every row the same answer")
    assert not (tmp_path / RUNS / found.name / "counts.npy").exists()


def _dies_when_trained(settings):
    calls = []

    def answers(model, examples):
        calls.append(model)
        varied = torch.arange(2.0 * len(examples)).reshape(-1, 2)
        return torch.ones(len(examples), 2) if len(calls) == 1 else varied

    return answers


def test_a_model_that_cannot_tell_the_rows_apart_has_not_died(rows, tmp_path):
    data = {name: [{"text": "a b a", "label": row["label"]} for row in part] for name, part in rows(1, 100).items()}
    chosen, corpus, tokens = prepared(data)
    found = run(chosen, corpus, tokens, Run(3, 0), folder=tmp_path, device="cpu", watch=None)
    assert found.failure is None
    assert not is_constant(torch.tensor([[1.0, 2.0]]))  # of one row nobody can say


def test_what_a_kill_left_half_written_goes_and_damage_is_said(tmp_path):
    half = tmp_path / RUNS / ".window3-seed0.ab"
    half.mkdir(parents=True)
    whole = tmp_path / RUNS / "window1-seed0"
    whole.mkdir()
    (whole / "run.json").write_text(json.dumps({"window": 1, "seed": 0, "test": 0.5}))
    np.save(whole / "counts.npy", np.ones(3))
    (found,) = read_runs(tmp_path)
    assert not half.exists()
    assert counts_of(found, tmp_path).tolist() == [1.0, 1.0, 1.0]
    (whole / "run.json").write_text("{")
    with pytest.raises(ConfigError, match="damaged"):
        read_runs(tmp_path)
