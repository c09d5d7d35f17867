import re

import pytest

from atrous.comparing.baselines import TRIGRAMS
from atrous.comparing.verdict import FAMILIES, Gap, verdict
from atrous.config import ENCODE_SETTINGS


def model(name, *scores, failed=0, speed=None):
    mean = sum(scores) / len(scores) if scores else None
    one = {"name": name, "scores": list(scores), "dev_scores": list(scores), "mean": mean, "failed_seeds": failed}
    return {**one, "train_steps_per_second": speed, "texts_per_second": speed and 10 * speed}


def results(*models, best="tcn", baseline=0.8, clear=()):
    """Every pair of models and the baseline, clear where the pair is named."""
    scores = {one["name"]: one["mean"] for one in models if one["mean"] is not None}
    if baseline is not None:
        scores[TRIGRAMS] = baseline
    names = sorted(scores, key=lambda name: -scores[name])
    pairs = []
    for place, better in enumerate(names):
        for worse in names[place + 1 :]:
            gap, sure = scores[better] - scores[worse], {better, worse} in [{*pair} for pair in clear]
            low = gap / 2 if sure else gap - 1
            pairs.append(
                {"better": better, "worse": worse, "difference": gap, "low": low, "high": 2 * gap - low, "clear": sure}
            )
    return {
        "models": list(models),
        "best": {"name": best} if best else None,
        "baselines": {TRIGRAMS: baseline},
        "differences": pairs,
        "data": {"test": 500},
    }


def said(*models, **options):
    return " ".join(verdict(results(*models, **options)))


def test_every_encoder_is_of_one_family():
    assert sorted(name for names in FAMILIES.values() for name in names) == sorted(ENCODE_SETTINGS)


def test_a_clear_winner_is_one():
    found = said(model("tcn", 0.9), model("bag", 0.8), model("gru", 0.7), clear=[("tcn", "bag"), ("tcn", "gru")])
    assert "The best model on dev, tcn, has accuracy 0.9000 on test." in found
    assert "clearly better than all others: 10.0 points above bag, the next (95 % interval +5.0 to +15.0)." in found
    assert "No clear winner" not in found
    assert "It is clearly better: 10.0 points above bag (" in said(
        model("tcn", 0.9), model("bag", 0.8), clear=[("tcn", "bag")]
    )


def test_there_is_no_clear_winner_where_the_interval_to_the_next_spans_zero():
    found = said(model("tcn", 0.9), model("bag", 0.89), model("gru", 0.7), clear=[("tcn", "gru")])
    assert "No clear winner: tcn is 1.0 points above bag (95 % interval -99.0 to +101.0, which spans zero)." in found
    assert "clearly better" not in found


def test_all_that_cannot_be_told_apart_from_the_best_are_named():
    assert "500 test rows do not tell tcn apart from bag and gru." in said(
        model("tcn", 0.9), model("bag", 0.89), model("gru", 0.88)
    )


def test_a_model_that_beats_the_best_on_dev_clearly_is_named():
    found = said(model("tcn", 0.8), model("bag", 0.9), clear=[("tcn", "bag")])
    assert "On test it is clearly beaten by bag: dev and test do not agree on the best model." in found


@pytest.mark.parametrize(
    "score, clear, words",
    [
        (0.85, True, "tcn is 5.0 points above character trigrams, naive Bayes (0.8000), clearly (95 % interval +2.5"),
        (0.75, True, "tcn is 5.0 points below character trigrams, naive Bayes (0.8000), clearly (95 % interval -7.5"),
        (0.75, False, "tcn is 5.0 points below character trigrams, naive Bayes (0.8000), but not clearly"),
        (0.8, False, "tcn is level with character trigrams, naive Bayes (0.8000)."),
    ],
)
def test_the_best_is_held_against_naive_bayes(score, clear, words):
    found = said(model("tcn", score), clear=[("tcn", TRIGRAMS)] if clear else [])
    assert words in found
    assert ("No model reaches that baseline." in found) == (score < 0.8)
    assert ("No worse than that baseline: tcn." in found) == (score >= 0.8)


def test_without_naive_bayes_nothing_is_said_of_it():
    assert "baseline" not in said(model("tcn", 0.8), baseline=None)


def test_convolutions_lose_where_they_lose():
    found = said(
        model("tcn", 0.7, speed=30.0), model("ngram", 0.6), model("gru", 0.9, speed=10.0), clear=[("tcn", "gru")]
    )
    assert re.search(r"Convolution loses against recurrence: tcn, .*, is 20.0 points below gru \(.*\)", found)
    assert "and trains 3.0 times as fast and answers 3.0 times as fast." in found
    assert "attention" not in found
    equal = said(model("tcn", 0.7, speed=10.3), model("gru", 0.9, speed=10.0))
    assert "and trains as fast and answers as fast." in equal


def test_convolutions_win_or_are_not_told_apart():
    found = said(model("tcn", 0.9), model("gru", 0.8), model("attention", 0.89), clear=[("tcn", "gru")])
    assert "Convolution wins against recurrence: tcn" in found
    assert "Convolution and attention are not told apart: tcn" in found


def test_failed_seeds_are_counted():
    assert "gru failed with 2 of 3 seeds." in said(model("tcn", 0.9), model("gru", 0.8, failed=2))


def test_a_race_without_a_finished_run_says_so():
    assert verdict(results(model("tcn", failed=3), best=None)) == [
        "No run of any model finished.", "tcn failed with 3 of 3 seeds.",
    ]  # fmt: skip


def test_an_interrupted_race_says_how_much_of_it_this_is():
    found = verdict({**results(model("tcn", 0.9, 0.8)), "interrupted": True})
    assert found[0] == "Interrupted: what follows is of the 2 runs that count so far."


def test_an_interval_that_ends_at_zero_does_not_end_below_it():
    assert Gap(-0.017, -0.033, -0.0).interval == "95 % interval -3.3 to +0.0"
