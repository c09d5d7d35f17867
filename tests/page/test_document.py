"""A page stands alone."""

from tests.page.reading import Page

from atrous.page.document import document
from atrous.page.markup import tag, text


def test_a_page_has_its_parts_and_needs_nothing_else() -> None:
    written = document("</title><script>", tag("p", text("one")), tag("p", text("two")))
    page = Page(written)
    assert page.text() == "</title><script> one two"
    assert page.of("script") == page.of("link") == []
    policy = [one["content"] for one in page.of("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
