"""The footnotes."""

from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.terms import terms


def test_terms_follow_the_score() -> None:
    assert "accuracy on testthe share of test texts" in Page(terms(Race({"format": 2}))).text()
    assert "micro F1 on testof all labels" in Page(terms(Race({"format": 2, "score": "micro_f1"}))).text()


def test_every_term_can_be_jumped_to() -> None:
    found = Page(terms(Race({"format": 2})))
    assert len(found.attributes("id")) == 2 + len(found.of("dt"))
