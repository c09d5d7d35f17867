"""The beginning of the page, and the table."""

from typing import Any

from tests.comparing.report.made import made, without_runs
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.summary import asked, heading, ranking, verdict


def race(**changed: Any) -> Race:
    return Race({**made(models=3, labels=2), **changed})


def test_the_verdict_stands_first() -> None:
    said = Page(verdict(race(verdict=["No clear winner.", None, "<b>"]))).text()
    assert said.startswith("No clear winner. <b> Which of 3 models")


def test_what_was_asked_says_data_and_conditions() -> None:
    said = Page(asked(race())).text()
    assert "on 10,980 rows of languages/train.csv, judged by accuracy on 1,540 rows that none had seen?" in said
    assert "about 100,000 parameters in its encoder, a search over 3 learning rates and 3 seeds." in said
    assert "search" not in Page(asked(race(plan={"rates": 1, "budget": 50000}))).text()
    assert Page(asked(Race({"format": 2}))).text() == "Which of 0 models answers best, judged by accuracy?"


def test_an_interrupted_race_says_so() -> None:
    assert "interrupted" in Page(verdict(race(interrupted=True))).text()
    assert "interrupted" not in Page(verdict(race())).text()


def test_baselines_and_ceiling_stand_in_their_place() -> None:
    said = Page(ranking(race(baselines={"majority": 0.05, "character trigrams, naive Bayes": 0.8665}))).text()
    places = [
        said.index(name)
        for name in ("ceiling 0.9412".replace(" ", ""), "bag", "naive Bayes0.8665", "ngram", "majority0.05")
    ]
    assert places == sorted(places)


def test_a_row_says_all_that_was_measured() -> None:
    model = made(models=3)["models"][2] | {"encoder_parameters": 98816, "parameters": 151083, "peak_bytes": 3 * 2**20}
    said = Page(ranking(race(models=[model | {"mean": 0.8476, "sd": 0.0041, "rate": 0.008}]))).text()
    assert "tcn0.8476 ± 0.0041098,816151,08360 back41.04,1001.40 ms3.0 MiB0.008" in said


def test_failures_and_exceptions_from_the_budget_are_told() -> None:
    failed = made(models=3)["models"][1] | {"failed_seeds": 1, "failures": ["the loss was not finite at step 3"]}
    found = Page(ranking(race(models=[*made(models=1)["models"], failed])))
    assert "* bag: has no width" in found.text()
    assert "ngram: 1 run failed: the loss was not finite at step 3" in found.text()
    assert "#remarks" in found.attributes("href")


def test_models_without_a_run_come_last() -> None:
    said = Page(ranking(Race(without_runs()))).text()
    assert "ngramno run finished3" in said


def test_the_heading_counts() -> None:
    assert heading(race()) == "3 models compared: accuracy on test"


def test_rows_that_came_from_no_file_are_just_rows() -> None:
    for files, said in (
        ({"data": "rows of a list"}, "10,980 rows, judged"),
        ({"train": "a.csv"}, "rows of a.csv, judged"),
    ):
        assert said in Page(asked(race(data={"train": 10980, "files": files}))).text()
