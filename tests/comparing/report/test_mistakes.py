"""The mistakes worth reading, harmless whatever they hold."""

from typing import Any

from tests.comparing.report.made import made
from tests.page.reading import Page

from atrous.comparing.report.given import Race
from atrous.comparing.report.mistakes import mistakes


def page(**error: Any) -> Page:
    return Page(mistakes(Race({**made(models=1), "best_on_test": {"errors": [error] if error else []}})))


def test_a_mistake_says_what_it_is_and_what_was_answered() -> None:
    found = page(text="Sí", label="es", answer="pt", probability=0.98765, line=1012)
    assert "Síis es, answered pt at 0.988, line 1,012" in found.text()
    assert found.of("blockquote") == [{"dir": "auto"}]


def test_texts_cannot_leave_their_place() -> None:
    found = page(
        text="</blockquote><script>x</script>\u202eabc", label="<b>", answer="\u2067", probability=None, line=None
    )
    assert "</blockquote><script>x</script>⟨U+202E⟩abc" in found.text()
    assert "is <b>, answered ⟨U+2067⟩" in found.text()
    assert found.of("script") == [] and len(found.of("b")) == 2


def test_a_long_text_is_cut_and_says_so() -> None:
    found = page(text="x" * 100_000, label="a", answer="b", probability=0.5, line=1)
    assert "x" * 279 + "…" in found.text() and "x" * 280 not in found.text()
    assert "cut, of 100,000 letters" in found.text()


def test_an_empty_text_is_called_so() -> None:
    assert "an empty text" in page(text=" ", label="a", answer="b").text()
    assert "There is no mistake to show." in page().text()
