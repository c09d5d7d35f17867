"""Learning curves."""

from tests.comparing.report.made import made, without_runs
from tests.page.reading import Page

from atrous.comparing.report.curves import curves, mean
from atrous.comparing.report.given import Curve, Race


def test_every_model_has_a_picture_that_says_its_course() -> None:
    results = made(models=2, seeds=2)
    for run in results["models"][0]["curves"]:
        run["curve"] = [{"epoch": 1, "dev_accuracy": 0.25}, {"epoch": 2, "dev_accuracy": 0.75}]
    found = Page(curves(Race(results)))
    assert len(found.of("svg")) == 2
    assert "accuracy on dev from 0.2500 after epoch 1 to 0.7500 after epoch 2" in found.text()
    assert "thin: single seeds" in found.text()


def test_every_seed_and_the_mean_are_lines_of_the_models_colour() -> None:
    def lines(seeds: int) -> int:
        own = [one for one in Page(curves(Race(made(models=1, seeds=seeds)))).of("path") if one.get("clip-path")]
        return sum("stroke:var(--m0)" in str(one.get("style")) for one in own)

    assert [lines(1), lines(3)] == [2, 4]


def test_runs_without_a_common_epoch_have_the_first_runs_line() -> None:
    assert mean([Curve(0, [1], [0.5]), Curve(1, [2], [0.7])]) == ([1], [0.5])


def test_without_curves_there_is_a_sentence() -> None:
    assert "No run left a learning curve." in Page(curves(Race(without_runs()))).text()
