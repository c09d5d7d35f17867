import pytest

from atrous.comparing.baselines import MAJORITY, TRIGRAMS
from atrous.comparing.table import table

MEASURED = {
    "encoder_parameters": 98816, "sees": "60 back", "train_steps_per_second": 100.0, "texts_per_second": 12345.0,
    "milliseconds_alone": 0.5, "peak_bytes": 12_300_000,
}  # fmt: skip


def model(name, *scores, failed=0, exempt=False, note="", measured=True):
    mean = sum(scores) / len(scores) if scores else None
    one = {"name": name, "scores": list(scores), "dev_scores": list(scores), "mean": mean, "failed_seeds": failed}
    one |= {"sd": 0.01 if len(scores) > 1 else None, "rate": 0.008, "budget": {"exempt": exempt, "note": note}}
    return {**one, **(MEASURED if scores and measured else dict.fromkeys(MEASURED))}


def results(*models, best="tcn", baseline=0.8):
    return {
        "models": list(models),
        "plan": {"budget": 100_000},
        "best": {"name": best} if best else None,
        "baselines": {MAJORITY: 0.05, TRIGRAMS: baseline},
        "ceiling": 0.94,
        "verdict": ["The verdict."],
    }


def test_the_verdict_comes_first():
    assert table(results(model("tcn", 0.7, 0.7), model("bag", 0.75))).splitlines()[0] == "The verdict."
    without = {**results(model("tcn", 0.7)), "verdict": None}
    assert table(without).splitlines()[0] == "The best model on dev, tcn, has accuracy 0.7000 on test."


def test_rows_stand_in_the_order_of_their_scores_with_the_ceiling_first():
    lines = table(results(model("bag", 0.5), model("tcn", 0.9))).splitlines()
    places = [
        next(number for number, line in enumerate(lines) if line.strip().startswith(word))
        for word in ("ceiling ", "tcn ", "naive Bayes, trigrams", "bag ", "majority")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("words", ["0.7000 ± 0.0100", "98,816", "60 back", "0.008", "12,345", "0.50 ms", "11.7 MiB"])
def test_everything_measured_is_in_the_row(words):
    [row] = [line for line in table(results(model("tcn", 0.7, 0.7))).splitlines() if line.startswith(" tcn")]
    assert words in row


def test_what_was_not_measured_leaves_its_cell_empty():
    shown = table(results(model("tcn", 0.9, measured=False), baseline=None))
    assert "None" not in shown
    assert "naive Bayes" not in shown


def test_a_model_without_a_finished_run_is_in_the_table():
    assert "no run finished" in table(results(model("tcn", 0.9), model("lstm", failed=3)))


def test_who_is_exempt_from_the_budget_is_marked_and_notes_are_kept():
    shown = table(results(model("bag", 0.9, exempt=True), model("tcn", 0.8, note="encode.channels was set to 9")))
    assert " bag * " in shown
    assert "100,000 wanted of all but those marked *" in shown
    assert shown.splitlines()[-1] == "tcn: encode.channels was set to 9"
    assert "but those" not in table(results(model("tcn", 0.8)))
