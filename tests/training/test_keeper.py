import math
from types import SimpleNamespace

import jaxtyping
import pytest
import torch
from torch import nn

from atrous.training.callbacks import StopOnInterrupt, Stopped
from atrous.training.checkpoint import read
from atrous.training.keeper import Keeper, Whole
from atrous.training.learner import BEST_BY


@pytest.fixture(autouse=True)
def unchecked_annotations():
    """A stand-in with the few attributes that a callback reads is no Trainer to the run-time check."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def validated(keeper, *scores):
    """Let epochs end with these scores."""
    model = nn.Linear(1, 1, bias=False)
    trainer = SimpleNamespace(
        max_epochs=9, should_stop=False, is_last_batch=True, global_step=0,
        save_checkpoint=lambda path: Whole().save_checkpoint({"callbacks": {"kept": keeper.state_dict()}}, path),
    )  # fmt: skip
    for score in scores:
        trainer.current_epoch = len(keeper.curve)
        trainer.global_step += 5
        nn.init.constant_(model.weight, score)
        numbers = {BEST_BY: score, "dev_accuracy": score, "dev_loss": 0.525}
        trainer.callback_metrics = {name: torch.tensor(number) for name, number in numbers.items()}
        keeper.on_train_batch_end(trainer, None, {"loss": torch.tensor(2.0)})
        keeper.on_train_batch_end(trainer, None, {"loss": torch.tensor(1.0)})
        keeper.on_validation_end(trainer, SimpleNamespace(model=model))
    return trainer


def fresh(folder, **options):
    options = {"patience": 2, "interrupt": StopOnInterrupt(), **options}
    return Keeper(folder, {}, score="dev_accuracy", **options)


def test_the_best_epoch_is_kept_the_first_of_equals_and_patience_ends_a_run(tmp_path):
    keeper = fresh(tmp_path)
    assert not validated(keeper, 0.5, 0.75, 0.75).should_stop
    assert (keeper.best, keeper.waited, keeper.finished) == (0.75, 1, False)
    assert validated(keeper, 0.25).should_stop
    assert keeper.finished
    assert keeper.weights["weight"].item() == 0.75
    assert keeper.curve[1] == {"epoch": 2, "step": 10, "loss": 1.5, "dev_loss": 0.525, "dev_accuracy": 0.75}


def test_a_score_that_is_no_number_ends_a_run_and_is_not_the_best(tmp_path):
    keeper = fresh(tmp_path)
    validated(keeper, 0.5, math.nan)
    assert (keeper.finished, keeper.best) == (True, 0.5)


def test_best_and_last_are_in_one_checkpoint(tmp_path):
    keeper = fresh(tmp_path)
    validated(keeper, 0.5, 0.25)
    (path,) = (path for path in tmp_path.iterdir() if path.suffix == ".pt")
    again = fresh(tmp_path)
    again.load_state_dict(read(path)["callbacks"]["kept"])
    assert (again.best, again.waited, again.curve) == (0.5, 1, keeper.curve)
    assert again.weights["weight"].item() == 0.5
    assert again.seconds >= keeper.seconds - 1
    assert (tmp_path / "log.csv").read_text() == keeper.record.text
    assert keeper.record.text.splitlines()[-1] == "2,10,,0.525,0.25"


def test_a_run_is_stopped_once_its_checkpoint_is_written(tmp_path):
    keeper = fresh(tmp_path)
    keeper.interrupt.asked = True
    with pytest.raises(Stopped):
        validated(keeper, 0.5)
    assert read(tmp_path / "checkpoint.pt")["callbacks"]["kept"]["best"] == 0.5


def test_a_run_that_ends_anyway_is_not_stopped(tmp_path):
    keeper = fresh(tmp_path, patience=1)
    validated(keeper, 0.5)
    keeper.interrupt.asked = True
    validated(keeper, 0.5)
    assert keeper.finished


def test_a_run_that_goes_on_with_other_threads_is_told_that_its_numbers_will_differ(tmp_path):
    keeper = fresh(tmp_path)
    state = keeper.state_dict()
    assert not keeper.inexact(state)
    state["made with"] = {**state["made with"], "threads": 64}
    threads = keeper.made_with["threads"]
    assert keeper.inexact(state) == f", with threads {threads}, not 64: the numbers will differ in their last digits"
