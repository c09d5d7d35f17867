import pytest
from tests.tuning.conftest import SMALL

from atrous.config import load
from atrous.data.asked import Asked
from atrous.tuning import trials as module
from atrous.tuning.attempt import Ended, OutOfTime
from atrous.tuning.free import start
from atrous.tuning.goal import Goal
from atrous.tuning.journal import Journal
from atrous.tuning.trials import Tokenised, search

pytestmark = pytest.mark.usefixtures("hushed")


@pytest.fixture
def searched(rows, tmp_path, monkeypatch):
    """Search bag and ngram with trials that end as they are told: the journal, and what was tried."""
    asked = Asked(rows, set=SMALL)
    chosen = [asked.chosen(name) for name in ("bag", "ngram")]
    tokens = Tokenised(asked.corpus(chosen[0]), quiet=True)
    journal, tried = Journal(tmp_path / "journal.log", seed=0, kinds=2), []

    def run(*endings, goal=None, quiet=True):
        left = list(endings)

        def attempt(corpus, settings, tokens, journal, *, goal, folder, **options):
            tried.append(settings)
            ending = left.pop(0)
            if isinstance(ending, BaseException):
                raise ending
            if ending.state == "complete":
                (folder / f"trial-{len(journal.records) + 1}").mkdir()
            return ending

        monkeypatch.setattr(module, "attempt", attempt)
        goal = goal or Goal(trials=len(journal.records) + len(endings))
        stopped = search(chosen, tokens, journal, goal, folder=tmp_path, device="cpu", quiet=quiet)
        return stopped, len(left)

    run.journal, run.tried = journal, tried
    return run


def complete(value):
    return Ended("complete", value, [{"epoch": 1, "dev_accuracy": value}], 12.0)


FAILED = Ended("failed", None, [], 1.0, "the loss is nan")


def test_the_first_trial_of_each_encoder_is_its_preset_and_the_next_are_drawn(searched):
    searched(*[complete(0.5)] * 5)
    bag, ngram, *others = searched.tried
    for settings, name in ((bag, "bag"), (ngram, "ngram")):
        asked = load(None, SMALL, encode=name)
        assert settings.resolved() == asked.resolved()
        assert start(settings) == {}  # all that was left open is said now
    assert all(one.train.epochs == 3 for one in others)
    assert len({one.train.rate for one in others}) == 3
    assert [record.tried["train.rate"] for record in searched.journal.records[2:]] == [one.train.rate for one in others]


def test_only_the_best_model_stays(searched, tmp_path):
    searched(complete(0.5), complete(0.7), complete(0.6))
    assert sorted(path.name for path in tmp_path.glob("trial-*")) == ["trial-2"]


def test_a_line_a_trial_and_an_estimate_after_the_first_of_each_encoder(searched, capsys):
    searched(
        complete(0.5), FAILED, Ended("pruned", 0.25, [{"epoch": 1}, {"epoch": 2}], 3.0), complete(0.75), quiet=False
    )
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "trial 1 of 4: bag, as it is: dev accuracy 0.5000 in 12 s; the best so far"
    assert lines[1].startswith("at that pace the other 3 trials take 0.6 minutes")
    assert lines[2] == "trial 2 of 4: ngram, as it is: failed: the loss is nan; the best is 0.5000 of trial 1"
    assert lines[3].startswith("at that pace the other 2 trials take 0.2 minutes")  # both encoders were seen
    assert "given up after epoch 2 with dev accuracy 0.2500 in 3 s; the best is 0.5000 of trial 1" in lines[4]
    assert lines[5].startswith("trial 4 of 4: ") and "rate 0.0" in lines[5]
    assert lines[5].endswith("in 12 s; the best so far")


def test_a_trial_that_ctrl_c_ends_is_drawn_again(searched):
    assert searched(complete(0.5), complete(0.5), KeyboardInterrupt(), complete(0.5)) == (True, 1)
    assert (len(searched.journal.records), searched.journal.abandoned) == (2, 1)
    searched(complete(0.5))
    assert searched.tried[-1] == searched.tried[-2]


def test_time_ends_the_search_once_a_trial_is_complete(searched):
    over = Goal(minutes=1, started=-1e9)
    assert searched(FAILED, complete(0.5), complete(0.5), goal=over) == (False, 1)
    assert searched(complete(0.5), goal=over) == (False, 1)


def test_a_trial_that_the_time_ends_does_not_count(searched):
    assert searched(complete(0.5), OutOfTime(), complete(0.5), goal=Goal(minutes=60)) == (False, 1)
    assert (len(searched.journal.records), searched.journal.abandoned) == (1, 1)


def test_a_search_whose_time_is_over_and_that_only_fails_gives_up(searched):
    assert searched(*[FAILED] * 5, goal=Goal(minutes=1, started=-1e9)) == (False, 3)


def test_rows_are_tokenised_once_for_all_that_read_them_alike(rows):
    asked = Asked(rows, set=SMALL)
    tokens = Tokenised(asked.corpus(asked.chosen()), quiet=True)
    assert tokens.of(asked.chosen("bag")) is tokens.of(asked.chosen("tcn"))
    assert tokens.of(asked.chosen("bag")) is not tokens.of(asked.chosen("bag", set=["embed.lower=true"]))
