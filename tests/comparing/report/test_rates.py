"""The learning rates that were tried."""

from typing import Any

from tests.comparing.report.made import made
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.rates import rates


def page(*models: dict[str, Any]) -> Page:
    return Page(rates(Race({**made(models=1), "models": [*models]})))


def tried(rate: float, name: str = "tcn", **failed: float) -> dict[str, Any]:
    found = {0.01: 0.8, 0.03: 0.85, 0.003: 0.7}
    return {
        "name": name,
        "rate": rate,
        "rates": [{"rate": key, "dev": None if key in failed.values() else dev} for key, dev in found.items()],
    }


def test_rates_stand_in_order_with_the_taken_one_marked() -> None:
    found = page(tried(0.01))
    assert "tcn0.003: 0.70000.01: 0.80000.03: 0.8500" in found.text()
    assert [one.get("class") for one in found.of("td")] == [None, "taken", None]
    assert "edge" not in found.text()


def test_a_rate_at_the_edge_is_told() -> None:
    assert "might do better: tcn and <b>." in page(tried(0.03), tried(0.01, "gru"), tried(0.003, "<b>")).text()


def test_a_rate_that_failed_says_so() -> None:
    assert "0.03: failed" in page(tried(0.01, one=0.03)).text()


def test_given_rates_are_no_search() -> None:
    assert "none was searched for" in page({"name": "tcn", "rate": 0.1, "rates": []}).text()


def test_of_two_rates_every_choice_is_at_an_edge_and_none_is_told() -> None:
    two = {"name": "tcn", "rate": 0.1, "rates": [{"rate": 0.1, "dev": 0.5}, {"rate": 0.3, "dev": 0.4}]}
    assert "edge" not in page(two).text()
