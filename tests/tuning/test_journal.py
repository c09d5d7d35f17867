import json
import math
import random
import sys

import pytest

from atrous.errors import ConfigError, MissingExtra
from atrous.tuning.journal import Journal, Record, quietly

FIRST = {"which": "a", "a x": 1.0, "rate": 1.0}


@pytest.fixture(scope="module", autouse=True)
def quiet():
    with quietly():
        yield


def draw(trial):
    which = trial.suggest_categorical("which", ["a", "b"])
    return {
        "which": which,
        "x": trial.suggest_float(f"{which} x", 0, 4),
        "rate": trial.suggest_float("rate", 0.2, 4, log=True),
    }


class Killed(Exception):
    pass


def run(path, until, *, kill=lambda: None, seed=3):
    """Trials of a known landscape, in which some fail; `kill` may raise at any step, as kill -9 would end it."""
    journal = Journal(path, seed=seed, kinds=2)
    while (number := len(journal.records) + 1) <= until:
        values = journal.ask(draw, FIRST if number == 1 else None)
        kill()
        height = 1 - (values["x"] - 2) ** 2 / 8 - (values["which"] == "b") / 9 - math.log(values["rate"]) ** 2 / 9
        curve, state = [], "complete"
        for epoch in range(1, 6):
            curve.append({"epoch": epoch, "value": height * (1 - 0.5**epoch)})
            pruned = journal.report(epoch, curve[-1]["value"])
            kill()
            if number % 7 == 0:
                state = "failed"
                break
            if pruned:
                state = "pruned"
                break
        best = max(one["value"] for one in curve)
        journal.tell(Record(number, values["which"], values, state, best, curve, 0.0))
        kill()
    return journal


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(tmp_path_factory.mktemp("study") / "whole.log", 22)


def test_a_study_that_was_killed_goes_on_as_if_it_never_had_been(tmp_path, whole):
    assert {record.state for record in whole.records} == {"complete", "pruned", "failed"}
    assert [record.number for record in whole.records] == list(range(1, 23))
    assert (whole.records[0].tried["x"], whole.records[0].encode) == (1.0, "a")
    chance, kills = random.Random(1), 0

    def kill():
        if chance.random() < 0.15:
            raise Killed

    while True:
        try:
            resumed = run(tmp_path / "killed.log", 22, kill=kill)
            break
        except Killed:
            kills += 1
    assert kills > 5
    assert resumed.records == whole.records
    assert resumed.best == whole.best
    assert resumed.abandoned > 3
    assert whole.abandoned == 0


def test_another_seed_draws_other_values_and_the_search_climbs(tmp_path, whole):
    one, other = whole, run(tmp_path / "other.log", 2, seed=4)
    assert one.records[0].tried == other.records[0].tried
    assert one.records[1].tried != other.records[1].tried
    heights = [record.value for record in one.records]
    assert max(heights[12:]) > max(heights[:5])
    assert one.best.value == max(record.value for record in one.records if record.state == "complete")


@pytest.mark.parametrize("left", ["a lock", "half a line", "a trial that was recorded and not told"])
def test_what_a_kill_leaves_is_no_hindrance(tmp_path, whole, left, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("nobody is there to wait for"))
    path = tmp_path / "journal.log"
    run(path, 3)
    if left == "a lock":
        (tmp_path / "journal.log.lock").symlink_to(path)
    elif left == "half a line":
        path.write_bytes(path.read_bytes() + b'{"op_code": 5, "wor')
    else:
        journal = Journal(path, seed=3, kinds=2)
        journal.ask(draw)
        journal._running.set_user_attr("record", Record(4, "a", {}, "complete", 9.0, [], 0.0).to_json())
    resumed = run(path, 6)
    assert resumed.records == whole.records[:6]


def test_a_trial_that_was_enqueued_before_a_kill_is_not_enqueued_again(tmp_path):
    journal = Journal(tmp_path / "journal.log", seed=0)
    journal._study.enqueue_trial(FIRST)
    again = Journal(tmp_path / "journal.log", seed=0)
    assert again.ask(draw, FIRST)["x"] == 1.0
    assert len(again._study.trials) == 1


def test_a_trial_given_up_is_drawn_again(tmp_path):
    journal = Journal(tmp_path / "journal.log", seed=0)
    values = journal.ask(draw)
    journal.report(1, 0.5)
    journal.abandon()
    journal.abandon()
    assert (journal.ask(draw), journal.abandoned, journal.records) == (values, 1, [])


def test_what_the_study_is_of_is_kept(tmp_path):
    journal = Journal(tmp_path / "journal.log", seed=0)
    assert journal.about == {}
    journal.begin({"rows": "abc", "kernels": [3, 4]})
    assert Journal(tmp_path / "journal.log", seed=0).about == {"rows": "abc", "kernels": [3, 4]}


def test_importances_need_trials_and_then_name_what_matters(whole):
    assert whole.importances() == {}
    found = whole.importances(least=10)
    assert set(found) == {"which", "a x", "b x", "rate"}
    assert sum(found.values()) == pytest.approx(1)
    assert min(found["a x"], found["rate"]) > found["b x"]


@pytest.mark.parametrize("text", ["hello\n", '{"op_code": 77}\n', "[]\n", "\x00\n" * 3])
def test_a_damaged_journal_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "journal.log"
    run(path, 2)
    path.write_text(text + path.read_text())
    with pytest.raises(ConfigError, match=r"journal.log: damaged \(.*\); begin anew with --force"):
        Journal(path, seed=0)


def test_a_record_is_plain_json(tmp_path):
    record = run(tmp_path / "journal.log", 1).records[0]
    assert Record(**json.loads(json.dumps(record.to_json()))) == record


def test_without_optuna_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r'install it with: pip install "atrous\[tune\]"'):
        Journal(tmp_path / "journal.log", seed=0)
    assert not list(tmp_path.iterdir())
