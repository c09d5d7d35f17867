import pytest

from atrous.comparing.baselines import MAJORITY, TRIGRAMS
from atrous.comparing.table import table, verdict

SPEEDS = {"train_steps_per_second": 100.0, "texts_per_second": 12345.0, "milliseconds_alone": 0.5}


def model(name, *scores, failed=0):
    mean = sum(scores) / len(scores) if scores else None
    sd = 0.01 if len(scores) > 1 else None
    one = {"name": name, "scores": list(scores), "mean": mean, "sd": sd, "failed_seeds": failed}
    return {**one, "encoder_parameters": 98816, "sees": "60 back", **(SPEEDS if scores else {})}


def results(*models, best="tcn", baseline=0.8):
    return {
        "models": list(models),
        "best": {"name": best} if best else None,
        "baselines": {MAJORITY: 0.05, TRIGRAMS: baseline},
        "ceiling": 0.94,
    }


def test_the_first_line_says_how_the_best_model_stands_to_the_baseline():
    shown = table(results(model("tcn", 0.7, 0.7), model("bag", 0.75)))
    assert shown.splitlines()[0].endswith("is 10.0 points below character trigrams, naive Bayes (0.8000).")


def test_the_models_that_beat_the_baseline_are_named():
    said = verdict(results(model("tcn", 0.85), model("bag", 0.81), model("lstm", 0.4)))
    assert "5.0 points above" in said
    assert said.endswith("Above that baseline: tcn, bag.")


def test_rows_stand_in_the_order_of_their_scores_with_the_ceiling_first():
    lines = table(results(model("bag", 0.5), model("tcn", 0.9))).splitlines()
    places = [
        next(number for number, line in enumerate(lines) if line.strip().startswith(word))
        for word in ("ceiling ", "tcn ", "character trigrams", "bag ", "majority")
    ]
    assert places == sorted(places)


def test_a_model_without_a_finished_run_is_in_the_table():
    shown = table(results(model("tcn", 0.9), model("lstm", failed=3)))
    assert "no run finished" in shown


def test_a_race_without_a_finished_run_says_so():
    assert verdict(results(model("tcn", failed=3), best=None)) == "No run of any model finished."


@pytest.mark.parametrize("gap, words", [(0.0, "level with"), (0.02, "2.0 points above"), (-0.02, "2.0 points below")])
def test_the_gap_is_in_points(gap, words):
    assert words in verdict(results(model("tcn", 0.8 + gap)))
