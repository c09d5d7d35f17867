import pytest

import atrous
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.training import fit
from atrous.training.threads import MUCH, waits


def model(encode, *, channels=64):
    settings = load(encode={"name": encode, "channels": channels})
    return atrous.Bundle.fresh(settings, Reader(Tokeniser("bytes", False, ())), ("no", "yes")).model


@pytest.mark.parametrize("encode, expected", [("tcn", False), ("lstm", True), ("bigru", True), ("hybrid", True)])
def test_threads_that_sleep_wait_in_recurrences(encode, expected, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "passive")
    assert waits(model(encode), 32) is expected
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert not waits(model(encode), 32)


def test_large_recurrences_are_shared(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    large = model("lstm", channels=512)
    rows = MUCH // (2 * 4 * 2 * 512 * 512)  # four gates that read the input and the state
    assert waits(large, rows - 1) and not waits(large, 2 * rows)


@pytest.mark.parametrize("encode, threads", [("lstm", 1), ("tcn", 2)])
def test_a_run_takes_as_many_threads_as_its_model_gains_from(encode, threads, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    torch = fit.torch
    before, seen = torch.get_num_threads(), []
    run = fit._fit
    monkeypatch.setattr(fit, "_fit", lambda *given: (seen.append(torch.get_num_threads()), run(*given))[1])
    torch.set_num_threads(2)
    try:
        rows = [{"text": f"a film {number}", "label": ["no", "yes"][number % 2]} for number in range(40)]
        atrous.train(rows, encode=encode, set=["train.epochs=1", "encode.channels=8"], quiet=True)
        assert seen == [threads] and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
