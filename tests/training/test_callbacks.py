import signal
from types import SimpleNamespace

import jaxtyping
import pytest
import torch

from atrous.training.callbacks import SeedEachStep, StopOnInterrupt, StoppedAtOnce, Watch


@pytest.fixture(autouse=True)
def unchecked_annotations():
    """A stand-in with the few attributes that a callback reads is no Trainer to the run-time check."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def trainer(step=0, rank=0, **more):
    return SimpleNamespace(global_step=step, global_rank=rank, current_epoch=0, max_epochs=3, **more)


def drawn(seed, step, rank=0):
    SeedEachStep(seed).on_train_batch_start(trainer(step, rank))
    return torch.rand(3).tolist()


def test_each_step_draws_its_own_numbers_whatever_was_drawn_before():
    first = drawn(0, 5)
    torch.rand(100)
    assert drawn(0, 5) == first
    others = [drawn(0, 6), drawn(1, 5), drawn(0, 5, rank=1)]
    assert all(other != first for other in others)


def test_the_first_interrupt_asks_and_the_second_stops_at_once(capsys):
    before = signal.getsignal(signal.SIGINT)
    stop = StopOnInterrupt()
    with pytest.raises(StoppedAtOnce), stop:
        assert not stop.asked
        signal.raise_signal(signal.SIGINT)
        assert stop.asked
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert "Ctrl-C again" in capsys.readouterr().err


def test_off_a_terminal_each_epoch_is_one_line_on_standard_error(capsys):
    watch = Watch("tcn")
    watch.on_train_batch_end(trainer(), None, {"loss": torch.tensor(0.25)})
    watch.on_validation_end(trainer(callback_metrics={"dev_accuracy": torch.tensor(0.5)}))
    said = capsys.readouterr()
    assert said.err == "tcn: epoch 1 of 3, loss 0.250, dev accuracy 0.5000\n"
    assert not said.out
    Watch("tcn", lines=False).on_validation_end(trainer(callback_metrics={}))
    assert not capsys.readouterr().err
