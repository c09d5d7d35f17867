"""Quality against cost."""

import pytest
from tests.comparing.report.made import made, without_runs
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.planes import planes


def test_models_stand_at_their_cost_and_score() -> None:
    results = made(models=2)
    results["models"][0] |= {"texts_per_second": 21000.0, "parameters": 52000, "mean": 0.875}
    found = Page(planes(Race(results)))
    assert "bag: 0.8750 at 21,000" in found.text() and "bag: 0.8750 at 52,000" in found.text()
    assert found.text().count("naive Bayes") == 2


@pytest.mark.parametrize("cost", [None, 0])
def test_a_model_without_a_cost_is_left_out(cost: int | None) -> None:
    results = made(models=2)
    results["models"][0]["texts_per_second"] = cost
    found = Page(planes(Race(results)))
    assert len(found.of("figure")) == 2 and "bag: 0.87" in found.text()
    assert found.text().count("bag: ") == 1


def test_without_costs_there_is_a_sentence() -> None:
    assert "No model has both" in Page(planes(Race(without_runs()))).text()


def test_a_ceiling_far_above_leaves_the_room_to_the_models() -> None:
    results = made(models=2)
    assert "ceiling" not in Page(planes(Race(results | {"ceiling": 1.0}))).text()
    assert "ceiling" in Page(planes(Race(results | {"ceiling": 0.88}))).text()
