"""The commands, the plan, the data and the machine."""

from typing import Any

from tests.comparing.report.made import made
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.repeat import repeat


def page(**changed: Any) -> Page:
    return Page(repeat(Race({**made(models=2), **changed})))


def test_commands_are_whole_and_exact() -> None:
    command = "atrous compare --data 'a <b> & c.csv' --set " + "x=1 " * 500 + "--out race"
    found = page(commands={"repeat": command, "ask": None, "other": "atrous --version"})
    assert f"Run this race again:{' '.join(command.split())}" in found.text().replace(": atrous", ":atrous")
    assert "other:" in found.text() and "Ask the best model" not in found.text()


def test_plan_data_and_machine_are_told() -> None:
    said = page().text()
    assert (
        "seeds0, 1, 2" in said
        and "at most 10" in said
        and "after 3 epochs" in said
        and "time estimated12.3 minutes" in said
    )
    assert "train10,980 rows" in said and "data: languages/train.csv" in said and "train: 3" in said
    assert "threads used1" in said and "torch2.13.0" in said
    assert "time of the counted runs3.0 minutes" in said  # 2 models, 3 seeds, 30.5 s


def test_what_was_not_recorded_is_said() -> None:
    assert Page(repeat(Race({"format": 2}))).text().count("Not recorded.") == 3


def test_what_was_cut_to_fit_the_time_is_told() -> None:
    assert "cut to fit the timeseeds to 3; epochs to 4" in page(plan={"cut": ["seeds to 3", "epochs to 4"]}).text()
