import math

import pytest
from tests.tuning.conftest import SMALL

import atrous
from atrous.data.asked import Asked
from atrous.errors import NotFinite
from atrous.training.fit import learn
from atrous.tuning import attempt as module
from atrous.tuning.attempt import Ended, OutOfTime, attempt, kept
from atrous.tuning.goal import Goal
from atrous.tuning.journal import Journal
from atrous.tuning.trials import Tokenised

pytestmark = pytest.mark.usefixtures("hushed")
LATE = Goal(minutes=1, started=-1e9)


@pytest.fixture
def trial(rows, tmp_path):
    """Runs one trial of a small bag: how it ended."""
    asked = Asked(rows, set=SMALL)
    chosen = asked.chosen("bag")
    tokens = Tokenised(asked.corpus(chosen), quiet=True)

    def run(goal=None, *, worse=False):
        journal = Journal(tmp_path / "journal.log", seed=0)
        journal.ask(lambda trial: None)
        report = journal.report
        journal.report = lambda epoch, value: report(epoch, value) or worse
        return attempt(
            tokens.corpus, chosen, tokens.of(chosen)._replace(test=None), journal,  # nobody may ask for them
            goal=goal, folder=tmp_path, device="cpu", watch=None,
        )  # fmt: skip

    return run


def test_a_complete_trial_keeps_its_model_which_has_not_seen_the_test_rows(trial, tmp_path):
    ended = trial()
    assert (ended.state, [one["epoch"] for one in ended.curve]) == ("complete", [1, 2, 3])
    assert ended.value == pytest.approx(max(one["dev_accuracy"] for one in ended.curve))
    model = atrous.load(tmp_path / kept(1))
    assert "test" not in model.scores
    assert model.scores["dev"]["accuracy"] == pytest.approx(ended.value)
    assert (tmp_path / "trial-1" / "log.csv").is_file()


def test_a_trial_that_falls_behind_is_given_up_at_once_and_leaves_no_model(trial, tmp_path):
    ended = trial(worse=True)
    assert (ended.state, len(ended.curve)) == ("pruned", 1)
    assert ended.value == pytest.approx(ended.curve[0]["dev_accuracy"])
    assert [path.name for path in tmp_path.iterdir()] == ["journal.log"]


def test_when_the_time_is_over_the_trial_ends_at_its_next_epoch(trial, tmp_path):
    with pytest.raises(OutOfTime):
        trial(LATE)
    assert [path.name for path in tmp_path.iterdir()] == ["journal.log"]


@pytest.mark.parametrize("where", ["a step", "dev"])
def test_a_loss_that_is_not_finite_fails_the_trial_and_nothing_else(trial, monkeypatch, where):
    def fails(*words, each_epoch, **options):
        if where == "dev":
            each_epoch(1, math.nan)
        raise NotFinite("training step 3: the loss is nan")

    monkeypatch.setattr(module, "learn", fails)
    ended = trial()
    assert (ended.state, ended.value) == ("failed", None)
    assert ended.failure == (
        "epoch 1: the loss on dev is nan; lower train.rate" if where == "dev" else "training step 3: the loss is nan"
    )


def test_half_a_trial_says_nothing(trial, monkeypatch):
    def interrupted(*words, **options):
        bundle = learn(*words, **options)
        bundle.scores["interrupted"] = True
        return bundle

    monkeypatch.setattr(module, "learn", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trial()


def test_an_ending_is_plain():
    assert Ended("failed", None, [], 0.5, "why").failure == "why"
