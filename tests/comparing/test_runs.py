from types import SimpleNamespace

import numpy as np
import pytest
from tests.comparing.races import raced

from atrous.comparing import runs as module
from atrous.comparing.runs import Run, answers_of, bundle_of, forget_model, read_runs, run
from atrous.errors import NotFinite


@pytest.fixture(scope="module")
def model():
    return raced()


def start(model, folder, seed=0):
    entry, corpus, tokens = model
    return run(entry.at(0.01, seed), corpus, tokens, folder=folder, device="cpu", watch=None)


def test_a_run_is_kept_with_its_answers_and_its_model(model, tmp_path):
    found = start(model, tmp_path)
    assert read_runs(tmp_path) == [found]
    assert (found.name, found.seed, found.failure) == ("ngram-rate0.01-seed0", 0, None)
    answers = answers_of(found, tmp_path)
    targets = model[2].test.targets
    assert np.mean(answers.argmax(1) == targets) == found.test
    again = bundle_of(found, tmp_path).predict([row.text for row in model[1].test])
    assert [answer.label for answer in again] == [("neg", "pos")[place] for place in answers.argmax(1)]
    assert not list((tmp_path / "work").iterdir())
    forget_model(found, tmp_path)
    assert read_runs(tmp_path) == [found]
    assert not (tmp_path / "runs" / found.name / "model").exists()


def test_a_run_that_fails_is_kept_as_one(model, tmp_path, monkeypatch):
    def fails(*_, **__):
        raise NotFinite("training step 3: the loss is nan")

    monkeypatch.setattr(module, "learn", fails)
    found = start(model, tmp_path)
    assert (found.dev, found.failure) == (None, "training step 3: the loss is nan")
    assert read_runs(tmp_path) == [found]


def test_half_a_run_is_none_and_its_work_stays(model, tmp_path, monkeypatch):
    half = SimpleNamespace(scores={"interrupted": True})

    def stopped(*_, work, **__):
        (work / "checkpoint").touch()
        return half

    monkeypatch.setattr(module, "learn", stopped)
    with pytest.raises(KeyboardInterrupt):
        start(model, tmp_path)
    assert read_runs(tmp_path) == []
    assert (tmp_path / "work" / "ngram-rate0.01-seed0" / "checkpoint").exists()


def test_what_was_being_written_when_the_process_was_killed_goes(tmp_path):
    (tmp_path / "runs" / ".ngram-rate0.01-seed0.1234").mkdir(parents=True)
    assert read_runs(tmp_path) == []
    assert not list((tmp_path / "runs").iterdir())


def test_different_runs_have_different_names():
    names = {Run("tcn", rate, seed).name for rate in (0.001, 0.0011, 0.00333) for seed in (0, 1)}
    assert len(names) == 6
