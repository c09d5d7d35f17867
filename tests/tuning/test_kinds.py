import optuna
import pytest

from atrous.tuning.kinds import Among, Share, Times, Whole

KINDS = [Whole(2, 10, 4), Share(), Share(0.5, 0.1), Times(0.2, 4.0, 3e-3), Among(((3, 4), (5,), "x"))]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_a_trial_gives_is_of_the_kind_and_can_be_asked_for_again(kind):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(20):
        value = kind.ask(study.ask(), "x")
        assert kind.has(value)
        study.enqueue_trial({"x": kind.asked(value)})
        assert kind.ask(study.ask(), "x") == value


@pytest.mark.parametrize(
    "kind, value",
    [
        (Whole(2, 10, 4), 4),
        (Whole(2, 10, 4), 14),
        (Share(), 0.07),
        (Share(), 0.55),
        (Times(0.2, 4.0, 3e-3), 0.2),
        (Among((1,)), 2),
    ],
)
def test_what_lies_outside_is_not_one_of_them(kind, value):
    assert not kind.has(value)


def test_a_rate_has_three_digits_and_is_a_multiple_of_the_preset():
    trial = optuna.trial.FixedTrial({"rate": 1.23456})
    assert Times(0.2, 4.0, 8e-3).ask(trial, "rate") == 0.00988
