"""The filters of the best model, harmless whatever their n-grams hold."""

from typing import Any

from tests.comparing.report.made import made
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.ngrams import ngrams


def page(*filters: Any) -> Page:
    return Page(ngrams(Race({**made(models=1), "best_on_test": {"ngrams": [*filters]}})))


def one(text: Any, **more: Any) -> dict[str, Any]:
    return {"text": text, "activation": 3.2145, "rows": 4, **more}


def test_a_filter_says_for_whom_it_speaks_and_what_it_found() -> None:
    found = page(
        {"filter": 17, "label": "pos", "weight": 0.824, "ngrams": [one("not a bad"), one(" bad", activation=1.6)]},
        {"filter": 3, "label": None, "weight": None, "ngrams": [one("מה טוב", rows=1)]},
    )
    assert "for posfilter 17, weight 0.824not a bad3.21 in 4 rows bad1.60 in 4 rows" in found.text()
    assert "filter 3מה טוב3.21 in 1 row" in found.text()
    assert found.attributes("style") == ["width: 100%", "width: 50%", "width: 100%"]
    assert len(found.of("bdi")) == 4


def test_texts_cannot_leave_their_place() -> None:
    found = page({"filter": 1, "label": "<b>", "weight": 1, "ngrams": [one("</li><script>x</script>\u202eabc")]})
    assert "</li><script>x</script>⟨U+202E⟩abc" in found.text()
    assert found.of("script") == [] == found.of("b")


def test_numbers_that_are_missing_are_done_without() -> None:
    found = page({"filter": None, "label": None, "weight": None, "ngrams": [one(None, activation=None, rows=None)]})
    assert "filter–" in found.text()


def test_a_model_without_filters_says_so() -> None:
    for best in ({}, {"ngrams": None}, {"ngrams": []}, {"ngrams": [{"filter": 1, "ngrams": []}]}, None):
        found = Page(ngrams(Race({**made(models=1), "best_on_test": best})))
        assert "has no filters that look for n-grams" in found.text()
